import { button, h, icon, type State } from "../../plain/dom.ts";
import { say, type Text, text } from "../../plain/text.ts";
import type { ShownRecord } from "../check/code.ts";
import { metresTo, type Position, type Shape } from "../check/distance.ts";

/** The geometry of a record, where it is not kept back. */
export function geometryOf(record: ShownRecord | undefined): Shape | undefined {
  const { geometry } = record ?? {};
  return geometry !== undefined && "value" in geometry ? geometry.value : undefined;
}

/** Degrees with five decimals, which is one metre. */
export function placeText(geometry: Shape): string | undefined {
  const at = "point" in geometry ? geometry.point : undefined;
  if (at === undefined) return undefined;
  const [x, y] = [at[0] / 1e7, at[1] / 1e7];
  return `${Math.abs(y).toFixed(5)}° ${y < 0 ? "S" : "N"}, ${Math.abs(x).toFixed(5)}° ${x < 0 ? "W" : "E"}`;
}

const ASK = text("与我的位置比较", "Compare with where I am");
const WHY = text(
  "铭牌若不在登记的地方，就值得怀疑。您的位置不会离开这台设备。",
  "A plate that is not where it is registered is suspect. Your position does not leave this device.",
);
const WAIT = text("正在取得位置…", "Finding where you are…");
const NONE = text(
  "没有取得位置：没有允许，或者设备没有。",
  "No position: not allowed, or this device has none.",
);
const NEAR = text(
  "您在登记的位置，相距约 {metres} 米。",
  "You are where it is registered, some {metres} m away.",
);
const UNCLEAR = text(
  "相距约 {metres} 米。国内的手机和地图可能偏移数百米，无法据此断定。",
  "Some {metres} m away. Phones in China may be off by some hundred metres, so this does not decide.",
);
const FAR = text(
  "相距约 {metres} 米：铭牌不在登记的地方，可能是翻拍的。",
  "Some {metres} m away: this plate is not where it is registered. It may be a photograph of the real one.",
);

/** Positions of phones are that good outdoors; maps and phones in China may be shifted by up to some 700 m. */
const NEAR_METRES = 100;
const SHIFT_METRES = 1000;

/** The registered place against the phone's: asked for by a button only. */
export function placeCheck(geometry: Shape): HTMLElement {
  const answer = h("p", { role: "status", class: "answer" });
  const show = (words: Text, state?: State, metres?: number) => {
    const shown = metres === undefined ? {} : { metres: grouped(metres) };
    answer.replaceChildren(...(state ? [icon(state), " "] : []), say(words, shown));
  };
  const ask = button(say(ASK), () => {
    show(WAIT);
    if (!("geolocation" in navigator)) return show(NONE, "unknown");
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const here: Position = [coords.longitude * 1e7, coords.latitude * 1e7];
        const metres = Math.max(0, metresTo(geometry, here));
        // As near as the phone itself can tell.
        if (metres <= NEAR_METRES + coords.accuracy) show(NEAR, "active", metres);
        else if (metres <= SHIFT_METRES + coords.accuracy) show(UNCLEAR, "unknown", metres);
        else show(FAR, "attention", metres);
      },
      () => show(NONE, "unknown"),
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    );
  });
  return h("section", { class: "place" }, h("p", { class: "quiet" }, say(WHY)), ask, answer);
}

function grouped(metres: number): string {
  const rounded = metres < 1000 ? Math.round(metres) : Math.round(metres / 100) * 100;
  return String(rounded).replace(/\B(?=(\d{3})+$)/g, " ");
}
