import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pinyinSyllables, searchKeys } from "../../../src/text/search/index.ts";
import { CHARACTER_READINGS, PLACE_READINGS } from "../../../src/text/search/place-readings.ts";
import { RecentMap } from "../../../src/text/search/recent-map.ts";

describe("place names that libraries misread", () => {
  test.each([
    ["歙县", "shexian"],
    ["涡阳县", "guoyangxian"],
    ["大埔县", "dabuxian"],
    ["蚌埠市", "bengbushi"],
    ["蚌山区", "bengshanqu"],
    ["六安市", "luanshi"],
    ["六合区", "luhequ"],
    ["六盘水市", "liupanshuishi"],
    ["丽水市", "lishuishi"],
    ["台州市", "taizhoushi"],
    ["洪洞县", "hongtongxian"],
    ["洞口县", "dongkouxian"],
    ["蔚县", "yuxian"],
    ["井陉县", "jingxingxian"],
    ["莘县", "shenxian"],
    ["单县", "shanxian"],
    ["东阿县", "dongexian"],
    ["阿城区", "achengqu"],
    ["乐亭县", "laotingxian"],
    ["乐陵市", "laolingshi"],
    ["乐清市", "yueqingshi"],
    ["民乐县", "minlexian"],
    ["乐山市", "leshanshi"],
    ["尉犁县", "yulixian"],
    ["尉氏县", "weishixian"],
    ["巴音郭楞蒙古自治州", "bayinguolengmengguzizhizhou"],
    ["番禺区", "panyuqu"],
    ["吐鲁番市", "tulufanshi"],
    ["铅山县", "yanshanxian"],
    ["浚县", "xunxian"],
    ["渑池县", "mianchixian"],
    ["郫都区", "piduqu"],
    ["犍为县", "qianweixian"],
    ["筠连县", "junlianxian"],
    ["荥经县", "yingjingxian"],
    ["荥阳市", "xingyangshi"],
    ["牟平区", "mupingqu"],
    ["中牟县", "zhongmuxian"],
    ["牟定县", "moudingxian"],
    ["隰县", "xixian"],
    ["盱眙县", "xuyixian"],
    ["邗江区", "hanjiangqu"],
    ["甪直镇", "luzhizhen"],
    ["柞水县", "zhashuixian"],
    ["吴堡县", "wubuxian"],
    ["红寺堡区", "hongsibuqu"],
    ["长子县", "zhangzixian"],
    ["长安区", "changanqu"],
    ["长治市", "changzhishi"],
    ["厦门市", "xiamenshi"],
    ["重庆市", "chongqingshi"],
    ["什邡市", "shifangshi"],
    ["喀什市", "kashishi"],
    ["成都市", "chengdushi"],
    ["望都县", "wangduxian"],
    ["都匀市", "duyunshi"],
    ["闵行区", "minhangqu"],
    ["黄陂区", "huangpiqu"],
    ["召陵区", "shaolingqu"],
    ["南召县", "nanzhaoxian"],
    ["宕昌县", "tanchangxian"],
    ["繁峙县", "fanshixian"],
    ["泌阳县", "biyangxian"],
    ["珲春市", "hunchunshi"],
    ["穆棱市", "mulingshi"],
    ["大箐山县", "daqingshanxian"],
    ["万柏林区", "wanbailinqu"],
    ["称多县", "chenduoxian"],
    ["曾都区", "zengduqu"],
    ["大城县", "daichengxian"],
    ["句容市", "jurongshi"],
    ["枞阳县", "zongyangxian"],
    ["莎车县", "shachexian"],
    ["百色市", "baiseshi"],
    ["井冈山市", "jinggangshanshi"],
  ])("%s is found as %s", (name, pinyin) => {
    expect(searchKeys(name).pinyin).toBe(pinyin);
  });

  test("are read in the middle of a longer name too", () => {
    expect(pinyinSyllables("第3歙县路，大埔")).toEqual([
      "di",
      "3",
      "she",
      "xian",
      "lu",
      "，",
      "da",
      "bu",
    ]);
  });
});

describe("the table of readings", () => {
  const words = [...PLACE_READINGS, ...CHARACTER_READINGS];

  test("has a syllable for each character", () => {
    for (const [word, reading] of words) expect(reading.split(" ")).toHaveLength([...word].length);
  });

  test("has no word that begins with another", () => {
    for (const [one] of words) {
      expect(words.filter(([other]) => other !== one && other.startsWith(one))).toEqual([]);
    }
  });
});

describe("searchKeys", () => {
  test.each([
    ["石家庄市", { text: "石家庄市", pinyin: "shijiazhuangshi", initials: "sjzs" }],
    ["Ｓ街 LAMP-12 号", { text: "s街lamp-12号", pinyin: "sjielamp12hao", initials: "sjlamp12h" }],
    [
      "North  Gate\tNo. 7",
      { text: "north gate no. 7", pinyin: "northgateno7", initials: "northgateno7" },
    ],
    ["吕梁", { text: "吕梁", pinyin: "luliang", initials: "ll" }],
    ["lv liang", { text: "lv liang", pinyin: "luliang", initials: "luliang" }],
    ["Lǚliáng", { text: "lǚliáng", pinyin: "luliang", initials: "luliang" }],
    ["Xi'an", { text: "xi'an", pinyin: "xian", initials: "xian" }],
    ["", { text: "", pinyin: "", initials: "" }],
  ])("of %j", (name, keys) => {
    expect(searchKeys(name)).toEqual(keys);
  });

  test("finds a Chinese name by its pinyin as typed, with or without spaces, tones and apostrophes", () => {
    const name = searchKeys("六安市绿园区").pinyin;
    for (const typed of ["luan", "Lu'an", "lù ān", "LUAN SHI", "lvyuan", "lüyuan"]) {
      expect(name).toContain(searchKeys(typed).pinyin);
    }
  });

  test("gives the same keys however often it is asked", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 30 }), (name) => {
        expect(searchKeys(name)).toEqual(searchKeys(name));
      }),
    );
  });

  test("keeps one syllable for each character, whatever the characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        expect(pinyinSyllables(text)).toHaveLength([...text].length);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("RecentMap", () => {
  test("keeps what was used lately and stays bounded", () => {
    const recent = new RecentMap<number, string>(10);
    for (let key = 0; key < 1000; key += 1) {
      recent.set(key, `${key}`);
      expect(recent.get(0)).toBe("0");
      expect(recent.size).toBeLessThanOrEqual(21);
    }
    expect(recent.get(995)).toBe("995");
    expect(recent.get(500)).toBeUndefined();
  });
});
