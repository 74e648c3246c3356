import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Position } from "../../src/core/index.ts";
import { isInChina } from "../../src/text/china-outline.ts";
import {
  bd09FromGcj02,
  bd09FromWgs84,
  gcj02FromBd09,
  gcj02FromWgs84,
  mapLinks,
  wgs84FromBd09,
  wgs84FromGcj02,
} from "../../src/text/index.ts";

const degrees = (longitude: number, latitude: number): Position => [
  Math.round(longitude * 1e7),
  Math.round(latitude * 1e7),
];

// Well inside of the outline, so that neither end of a shift falls out of it.
const inland = fc
  .tuple(
    fc.integer({ min: 1000000000, max: 1170000000 }),
    fc.integer({ min: 260000000, max: 410000000 }),
  )
  .map(([x, y]): Position => [x, y]);

function expectNear(got: Position, want: Position, units: number): void {
  expect(Math.abs(got[0] - want[0])).toBeLessThanOrEqual(units);
  expect(Math.abs(got[1] - want[1])).toBeLessThanOrEqual(units);
}

describe("shifted coordinates", () => {
  // Values that public implementations of the formulas agree on.
  test("agree with published values at 116.404° E, 39.915° N", () => {
    const place = degrees(116.404, 39.915);
    expectNear(gcj02FromWgs84(place), degrees(116.41024449916938, 39.91640428150164), 1);
    expectNear(bd09FromGcj02(place), degrees(116.41036949371029, 39.92133699351021), 1);
  });

  test("come back to where they were, to the last digit but one", () => {
    fc.assert(
      fc.property(inland, (place) => {
        expectNear(wgs84FromGcj02(gcj02FromWgs84(place)), place, 2);
        expectNear(gcj02FromBd09(bd09FromGcj02(place)), place, 2);
        expectNear(wgs84FromBd09(bd09FromWgs84(place)), place, 4);
      }),
    );
  });

  test("stay integers, and within a kilometre and a half", () => {
    fc.assert(
      fc.property(inland, (place) => {
        const shifted = bd09FromWgs84(place);
        expect(shifted.every(Number.isSafeInteger)).toBe(true);
        expectNear(shifted, place, 200_000);
      }),
    );
  });

  test("are no others outside of China", () => {
    for (const place of [
      degrees(2.35, 48.86),
      degrees(-74, 40.7),
      degrees(0, 0),
      degrees(180, -90),
    ]) {
      expect(gcj02FromWgs84(place)).toEqual(place);
      expect(bd09FromWgs84(place)).toEqual(place);
      expect(wgs84FromGcj02(place)).toEqual(place);
    }
  });
});

describe("the outline of China", () => {
  test.each([
    ["Beijing", 116.4, 39.9],
    ["Mohe", 122.54, 52.97],
    ["Fuyuan", 134.31, 48.36],
    ["Hunchun", 130.37, 42.86],
    ["Dandong", 124.38, 40.12],
    ["Heihe", 127.5, 50.24],
    ["Manzhouli", 117.43, 49.59],
    ["Erenhot", 111.97, 43.65],
    ["Altay", 88.14, 47.84],
    ["Tacheng", 82.98, 46.74],
    ["Kashgar", 75.99, 39.47],
    ["Tashkurgan", 75.23, 37.77],
    ["Ngari", 80.1, 32.5],
    ["Zhangmu", 85.98, 27.99],
    ["Yadong", 88.91, 27.48],
    ["Ruili", 97.85, 24.01],
    ["Mengla", 101.56, 21.46],
    ["Hekou", 103.95, 22.51],
    ["Pingxiang", 106.75, 22.1],
    ["Dongxing", 107.97, 21.54],
    ["Sanya", 109.5, 18.25],
    ["Sansha", 112.34, 16.83],
    ["Hong Kong", 114.17, 22.28],
    ["Macau", 113.54, 22.19],
    ["Taipei", 121.56, 25.04],
    ["Shanghai", 121.47, 31.23],
    ["Suifenhe", 131.15, 44.41],
  ])("holds %s", (_, longitude, latitude) => {
    expect(isInChina(longitude, latitude)).toBe(true);
  });

  test.each([
    ["Seoul", 126.98, 37.57],
    ["Pyongyang", 125.75, 39.03],
    ["Vladivostok", 131.89, 43.12],
    ["Tokyo", 139.7, 35.7],
    ["Khabarovsk", 135.07, 48.48],
    ["Ulaanbaatar", 106.91, 47.92],
    ["Almaty", 76.95, 43.25],
    ["Bishkek", 74.6, 42.87],
    ["Delhi", 77.21, 28.61],
    ["Kathmandu", 85.32, 27.7],
    ["Thimphu", 89.64, 27.47],
    ["Mandalay", 96.08, 21.98],
    ["Vientiane", 102.6, 17.97],
    ["Hanoi", 105.85, 21.03],
    ["Da Nang", 108.2, 16.05],
    ["Manila", 120.98, 14.6],
    ["Naha", 127.68, 26.21],
  ])("leaves out %s", (_, longitude, latitude) => {
    expect(isInChina(longitude, latitude)).toBe(false);
  });
});

describe("mapLinks", () => {
  const links = new Map(
    mapLinks(degrees(114.5, 38.04), "路灯 & 灯杆/1").map((link) => [link.service, link.href]),
  );

  test("gives each service its own coordinates and order", () => {
    expect(links.get("amap")).toContain("position=114.50");
    expect(links.get("amap")).toContain("coordinate=gaode");
    expect(links.get("baidu")).toMatch(/location=38\.04\d{4},114\.51\d{4}&/);
    expect(links.get("baidu")).toContain("coord_type=bd09ll");
    expect(links.get("tencent")).toMatch(/marker=coord:38\.04\d{4},114\.50\d{4};title:/);
    expect(links.get("tianditu")).toContain("center=114.500000,38.040000");
  });

  test("encodes the title, and half a character too", () => {
    expect(links.get("amap")).toContain(`name=${encodeURIComponent("路灯 & 灯杆/1")}&`);
    expect(mapLinks(degrees(114.5, 38.04), "\ud800")[0]?.href).toContain("name=%EF%BF%BD&");
  });

  test("are https all of them", () => {
    expect([...links.values()].map((href) => new URL(href).protocol)).toEqual(
      Array(4).fill("https:"),
    );
  });
});
