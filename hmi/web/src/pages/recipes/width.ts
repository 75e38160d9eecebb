import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** The width of an element in whole pixels, as it changes; `least` before it is known. */
export function useWidth(least: number): [RefObject<HTMLDivElement | null>, number] {
  const ref = useRef<HTMLDivElement>(null);
  const width = useSignal(least);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const watcher = new ResizeObserver(() => {
      width.value = Math.max(least, Math.floor(element.clientWidth));
    });
    watcher.observe(element);
    return () => watcher.disconnect();
  }, []);
  return [ref, width.value];
}

/** From a range of values to a range of pixels. */
export function scale(from: [number, number], to: [number, number]): (value: number) => number {
  const factor = (to[1] - to[0]) / (from[1] - from[0] || 1);
  return (value) => Math.round(10 * (to[0] + factor * (value - from[0]))) / 10;
}

/** Up to about `count` round numbers from 0 to `high`. */
export function roundTicks(high: number, count: number): number[] {
  const rough = high / count;
  const power = 10 ** Math.floor(Math.log10(rough || 1));
  const step = power * ([1, 2, 5, 10].find((n) => n * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let tick = 0; tick <= high * 1.0001; tick += step) ticks.push(tick);
  return ticks;
}
