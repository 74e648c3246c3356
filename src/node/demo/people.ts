import type { KeyUse, Position } from "../../core/index.ts";

/** Who acts in the demonstration: three institutes, two cities, three departments. */
export type Person = {
  /** Name of the key file, and of the key in `/demo/keys/<who>`. */
  readonly who: string;
  readonly issuer: string;
  readonly names: { readonly zh: string; readonly en: string };
  readonly label: string;
  readonly uses: readonly KeyUse[];
  /** Of a city: its seat of government, in 1e-7 degree. */
  readonly seat?: Position;
};

const GOVERN_AND_ISSUE: readonly KeyUse[] = ["govern", "issue"];
const ALL_USES: readonly KeyUse[] = ["data", "govern", "issue", "record", "seal"];

export const INSTITUTES: readonly Person[] = [
  institute("a", "A", "示范机构甲", "Demonstration Institute A"),
  institute("b", "B", "示范机构乙", "Demonstration Institute B"),
  institute("c", "C", "示范机构丙", "Demonstration Institute C"),
];

function institute(letter: string, id: string, zh: string, en: string): Person {
  return {
    who: `institute-${letter}`,
    issuer: `member/${id}`,
    names: { zh, en },
    label: "review desk",
    uses: GOVERN_AND_ISSUE,
  };
}

export const SHIJIAZHUANG: Person = {
  ...holder("shijiazhuang", "MA.156.1301", "石家庄市", "Shijiazhuang"),
  seat: [1_145_149_000, 380_423_000],
};
export const HAIKOU: Person = {
  ...holder("haikou", "MA.156.4601", "海口市", "Haikou"),
  seat: [1_101_999_000, 200_440_000],
};
export const CITIES: readonly Person[] = [SHIJIAZHUANG, HAIKOU];

export const URBAN_MANAGEMENT: Person = holder(
  "shijiazhuang-01",
  "MA.156.1301.01",
  "石家庄市城市管理综合行政执法局",
  "Shijiazhuang Urban Management Bureau",
);
export const TRAFFIC: Person = holder(
  "shijiazhuang-02",
  "MA.156.1301.02",
  "石家庄市交通运输局",
  "Shijiazhuang Transport Bureau",
);
export const DEPARTMENTS: readonly Person[] = [URBAN_MANAGEMENT, TRAFFIC];

/** Of Haikou, and registered in Haikou's own ledger. */
export const HAIKOU_MUNICIPAL: Person = holder(
  "haikou-01",
  "MA.156.4601.01",
  "海口市市政管理局",
  "Haikou Municipal Administration",
);

function holder(who: string, issuer: string, zh: string, en: string): Person {
  return { who, issuer, names: { zh, en }, label: "registry desk", uses: ALL_USES };
}

export const PEOPLE: readonly Person[] = [
  ...INSTITUTES,
  ...CITIES,
  ...DEPARTMENTS,
  HAIKOU_MUNICIPAL,
];

/** Cities that may apply in the tour, one after the other. */
export const APPLICANTS: readonly {
  readonly code: string;
  readonly names: { readonly zh: string; readonly en: string };
}[] = [
  { code: "MA.156.1306", names: { zh: "保定市", en: "Baoding" } },
  { code: "MA.156.1302", names: { zh: "唐山市", en: "Tangshan" } },
  { code: "MA.156.1303", names: { zh: "秦皇岛市", en: "Qinhuangdao" } },
  { code: "MA.156.1304", names: { zh: "邯郸市", en: "Handan" } },
  { code: "MA.156.1305", names: { zh: "邢台市", en: "Xingtai" } },
  { code: "MA.156.1307", names: { zh: "张家口市", en: "Zhangjiakou" } },
  { code: "MA.156.1308", names: { zh: "承德市", en: "Chengde" } },
  { code: "MA.156.1309", names: { zh: "沧州市", en: "Cangzhou" } },
  { code: "MA.156.1310", names: { zh: "廊坊市", en: "Langfang" } },
  { code: "MA.156.1311", names: { zh: "衡水市", en: "Hengshui" } },
  { code: "MA.156.4602", names: { zh: "三亚市", en: "Sanya" } },
  { code: "MA.156.4604", names: { zh: "儋州市", en: "Danzhou" } },
];
