import { describe, expect, test } from "vitest";
import { addressBook, isPublic } from "../../../src/node/follow/address.ts";
import { isNetwork } from "../../../src/server/index.ts";

describe("an address of the public internet", () => {
  test.each(["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1"])(
    "is %s",
    (address) => expect(isPublic(address)).toBe(true),
  );
  test.each(["223.255.255.255", "192.167.0.1", "2400:3200::1", "2606:4700::1111", "3ffe::1"])(
    "is %s",
    (address) => expect(isPublic(address)).toBe(true),
  );

  const inside = [
    ["this host", ["0.0.0.0", "0.1.2.3", "::"]],
    ["loopback", ["127.0.0.1", "127.255.255.255", "::1"]],
    ["private", ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1"]],
    ["link-local, where clouds keep their secrets", ["169.254.169.254", "fe80::1"]],
    ["carrier-grade NAT", ["100.64.0.1", "100.127.255.255"]],
    ["benchmarks and books", ["198.18.0.1", "198.19.255.255", "192.0.2.1", "198.51.100.1"]],
    ["books", ["203.0.113.9", "2001:db8::1", "3fff::1"]],
    ["protocols", ["192.0.0.8", "192.88.99.1"]],
    ["multicast, reserved, broadcast", ["224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255"]],
    ["multicast of IPv6", ["ff02::1"]],
    ["IPv4 in IPv6: mapped", ["::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:7f00:1"]],
    ["IPv4 in IPv6: compatible", ["::127.0.0.1"]],
    ["IPv4 in IPv6: translated", ["64:ff9b::7f00:1", "64:ff9b:1::1"]],
    ["IPv4 in IPv6: 6to4 and Teredo", ["2002:7f00:1::", "2001:0:4136:e378::1"]],
    ["site-local", ["fec0::1"]],
    ["no address", ["", "localhost", "0x7f.1", "127.1", "2130706433", "1.1.1.1 ", "fe80::1%eth0"]],
  ] as const;
  test.each(inside.flatMap(([what, all]) => all.map((each) => [what, each] as const)))(
    "is none of %s: %s",
    (_, address) => expect(isPublic(address)).toBe(false),
  );
});

test("networks of the operator's own are admitted beside it, and nothing more", () => {
  const book = addressBook(["10.1.0.0/16", "::1"]);
  expect(["10.1.2.3", "::1", "8.8.8.8"].map(book.admits)).toEqual([true, true, true]);
  expect(["10.1.2.3", "::1", "8.8.8.8"].map(book.isOwn)).toEqual([true, true, false]);
  expect(["10.2.0.1", "127.0.0.1", "::2", ""].map(book.admits)).toEqual([
    false,
    false,
    false,
    false,
  ]);
});

test("what is no network is refused", () => {
  for (const text of [
    "10.0.0.0/33",
    "::/129",
    "10.0.0.0/",
    "10.0.0.0/8/8",
    "host",
    "10.0.0.0/-1",
  ]) {
    expect(isNetwork(text)).toBe(false);
    expect(() => addressBook([text])).toThrow(RangeError);
  }
});
