// Apart from the rest of `text`: the dictionary that it carries takes long to load.
export { pinyinSyllables } from "./pinyin.ts";
export { type SearchKeys, searchKeys } from "./search-keys.ts";
