import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  bucketName,
  clientAddress,
  isLoopback,
  trustedProxies,
} from "../../../src/server/rate/address.ts";
import { createAdmission } from "../../../src/server/rate/admission.ts";
import { createClients } from "../../../src/server/rate/clients.ts";
import { createBuckets } from "../../../src/server/rate/index.ts";

describe("createBuckets", () => {
  test("never lets through more than the burst and what has flowed in since", () => {
    const steps = fc.array(
      fc.record({ wait: fc.integer({ min: 0, max: 3000 }), cost: fc.integer({ min: 1, max: 5 }) }),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (all) => {
        const buckets = createBuckets({ burst: 10, perSecond: 2 });
        let [now, taken] = [0, 0];
        for (const { wait, cost } of all) {
          now += wait;
          if (buckets.take("a", cost, now) === 0) taken += cost;
          expect(taken).toBeLessThanOrEqual(10 + (now / 1000) * 2);
        }
      }),
    );
  });

  test("says how long to wait, and keeps the promise", () => {
    const buckets = createBuckets({ burst: 2, perSecond: 1 });
    expect(buckets.take("a", 2, 0)).toBe(0);
    expect(buckets.take("a", 2, 0)).toBe(2);
    expect(buckets.take("a", 2, 1999)).toBe(1);
    expect(buckets.take("a", 2, 2000)).toBe(0);
  });

  test("lets a large cost through from a full bucket, which is then in debt", () => {
    const buckets = createBuckets({ burst: 2, perSecond: 1 });
    expect(buckets.take("a", 6, 0)).toBe(0);
    expect(buckets.take("a", 0, 0)).toBe(4);
    buckets.charge("a", 1, 0);
    expect(buckets.take("a", 0, 4000)).toBe(1);
    expect(buckets.take("a", 0, 5000)).toBe(0);
  });

  test("gains nothing from a clock that goes back", () => {
    const buckets = createBuckets({ burst: 1, perSecond: 1 });
    expect(buckets.take("a", 1, 10_000)).toBe(0);
    expect(buckets.take("a", 1, 0)).toBe(1);
    expect(buckets.take("a", 1, 500)).toBe(1);
  });

  test("forgets whom it has not seen for longest", () => {
    const buckets = createBuckets({ burst: 1, perSecond: 1 }, 2);
    for (const name of ["a", "b", "a", "c"]) buckets.take(name, 1, 0);
    expect(buckets.size).toBe(2);
    expect(buckets.take("a", 1, 0)).toBe(1);
    expect(buckets.take("b", 1, 0)).toBe(0);
  });
});

describe("clientAddress", () => {
  const proxies = trustedProxies(["10.0.0.0/8", "192.0.2.1", "2001:db8::/32"]);

  test.each([
    ["198.51.100.7", undefined, "198.51.100.7"],
    ["198.51.100.7", "203.0.113.9", "198.51.100.7"],
    ["10.0.0.1", "203.0.113.9", "203.0.113.9"],
    ["10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"],
    ["::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"],
    ["2001:db8::1", "2001:4860::8888", "2001:4860::8888"],
    ["10.0.0.1", "unknown", "10.0.0.1"],
    ["10.0.0.1", undefined, "10.0.0.1"],
    ["192.0.2.1", "10.0.0.1", "10.0.0.1"],
  ])("of %s with %s is %s", (peer, forwarded, client) => {
    expect(clientAddress(peer, forwarded, proxies)).toBe(client);
  });

  test("is what the proxy wrote last, however much the client wrote before it", () => {
    const forged = Array.from({ length: 40 }, () => "127.0.0.1").join(", ");
    expect(clientAddress("10.0.0.1", `${forged}, 203.0.113.9`, proxies)).toBe("203.0.113.9");
  });

  test("an address that is none is a mistake of the operator", () => {
    for (const lax of ["example.com", "10.0.0.0/", "10.0.0.0/0x8", "10.0.0.0/33", "10.0.0.0/8/8"]) {
      expect(() => trustedProxies([lax])).toThrow(/no address or network/);
    }
  });
});

describe("createAdmission", () => {
  const rates = { address: { burst: 2, perSecond: 1 }, key: { burst: 1, perSecond: 1 } };
  const admission = (trustedProxies: readonly string[]) =>
    createAdmission({ rates }, createClients({ trustedProxies }), () => 0);

  test.each([
    ["127.0.0.1"],
    ["nonsense"],
    ["203.0.113.9:567"],
    [Array.from({ length: 32 }, () => "127.0.0.1").join(", ")],
  ])("counts what a proxy of the same machine passes on as from %s", (forwarded) => {
    const { wait } = admission(["127.0.0.1"]);
    const waits = Array.from({ length: 4 }, () => wait({ remoteAddress: "127.0.0.1" }, forwarded));
    expect(waits.filter((seconds) => seconds > 0)).toHaveLength(2);
  });

  test("counts no program of the machine itself", () => {
    for (const proxies of [[], ["127.0.0.1"]]) {
      const { wait } = admission(proxies);
      for (let n = 0; n < 9; n += 1) expect(wait({ remoteAddress: "::1" }, undefined)).toBe(0);
    }
  });
});

describe("bucketName", () => {
  test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::", "fe80:0:0:0::/64"],
  ])("of %s is %s", (address, name) => {
    expect(bucketName(address)).toBe(name);
  });

  test("tells loopback", () => {
    expect(["127.0.0.1", "127.9.9.9", "::1", "128.0.0.1"].map(isLoopback)).toEqual([
      true,
      true,
      true,
      false,
    ]);
  });
});
