import type { LargeReader } from "./large-reader.ts";
import { createReader } from "./reader.ts";

/** Why there is no camera. */
export type CameraAbsence = "none" | "refused" | "busy";

export type Camera = {
  /** Shows what it sees. */
  readonly video: HTMLVideoElement;
  stop(): void;
};

/** The longest side at which frames are read: a plate of 150 pixels in 1280 × 720 keeps them all. */
const MAX_SIDE = 1280;

/** After so long without a reading, though there is something like a symbol, the larger decoder is asked as well. */
const LARGE_AFTER_MILLISECONDS = 700;
/** And after so long it is asked in any case: the small one may not even find the symbol. */
const LARGE_ANYWAY_MILLISECONDS = 4000;

/** Marks in the browser's timeline, for whoever measures how long a plate takes (test/e2e/scan-plates.test.ts). */
const FIRST_FRAME = "cityid-first-frame";
const READ = "cityid-read";

/**
 * Opens the camera at the back and reads every frame until a symbol was read.
 *
 * @returns the camera, or why there is none
 */
export async function openCamera(
  onRead: (text: string) => void,
  onEnd: () => void,
  readLarge: LargeReader,
): Promise<Camera | CameraAbsence> {
  const stream = await openStream();
  if (typeof stream === "string") return stream;
  // Some phones take it away while another program is in front.
  for (const track of stream.getTracks()) track.addEventListener("ended", onEnd);
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.srcObject = stream;
  // Where nothing may play by itself, the first touch of the page starts it.
  await video.play().catch(() => undefined);
  let stopped = false;
  const stop = () => {
    stopped = true;
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  void follow(video, readLarge, () => stopped).then((text) => {
    if (text === undefined) return;
    performance.mark(READ);
    stop();
    onRead(text);
  });
  return { video, stop };
}

async function openStream(): Promise<MediaStream | CameraAbsence> {
  // Absent in pages over plain HTTP, and inside some apps.
  const devices: MediaDevices | undefined = navigator.mediaDevices;
  if (devices?.getUserMedia === undefined) return "none";
  const video = { facingMode: "environment", width: { ideal: 1280 }, height: { ideal: 720 } };
  return devices.getUserMedia({ video, audio: false }).catch((cause: DOMException) => {
    if (cause.name === "NotAllowedError" || cause.name === "SecurityError") return "refused";
    return cause.name === "NotReadableError" || cause.name === "AbortError" ? "busy" : "none";
  });
}

async function follow(
  video: HTMLVideoElement,
  readLarge: LargeReader,
  isStopped: () => boolean,
): Promise<string | undefined> {
  const reader = createReader(MAX_SIDE, MAX_SIDE, "frame");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) return undefined;
  let found: string | undefined;
  let isLargeBusy = false;
  let begun: number | undefined;
  while (found === undefined) {
    await nextFrame(video);
    if (isStopped()) return undefined;
    if (found !== undefined || video.videoWidth === 0) continue;
    if (begun === undefined) performance.mark(FIRST_FRAME);
    begun ??= performance.now();
    const image = frameOf(video, canvas, context);
    const reading = reader.read(image);
    if (reading.text !== undefined) return reading.text;
    const waited = performance.now() - begun;
    const needsLarge =
      waited > (reading.near ? LARGE_AFTER_MILLISECONDS : LARGE_ANYWAY_MILLISECONDS);
    if (isLargeBusy || !needsLarge) continue;
    isLargeBusy = true;
    void readLarge(image).then((text) => {
      isLargeBusy = false;
      found ??= text;
    });
  }
  return isStopped() ? undefined : found;
}

/** Frames come as fast as they can be read, and none comes twice where the browser says when there is a new one. */
function nextFrame(video: HTMLVideoElement): Promise<unknown> {
  return new Promise((resolve) => {
    if ("requestVideoFrameCallback" in video) video.requestVideoFrameCallback(resolve);
    else requestAnimationFrame(resolve);
  });
}

function frameOf(
  video: HTMLVideoElement,
  canvas: HTMLCanvasElement,
  context: CanvasRenderingContext2D,
): ImageData {
  const scale = Math.min(1, MAX_SIDE / Math.max(video.videoWidth, video.videoHeight));
  canvas.width = Math.round(video.videoWidth * scale);
  canvas.height = Math.round(video.videoHeight * scale);
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}
