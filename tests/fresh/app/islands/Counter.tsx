import type { Signal } from "@preact/signals";
import { IS_BROWSER } from "fresh/runtime";
import Label from "./Label.tsx";

interface CounterProps {
  name: string;
  count: Signal<number>;
  since: Date;
  extra: string[] | undefined;
}

export default function Counter({ name, count, since, extra }: CounterProps) {
  return (
    <div id={name} data-year={since.getUTCFullYear()} data-extra={typeof extra}>
      <Label text={name} />
      <button
        type="button"
        disabled={!IS_BROWSER}
        onClick={() =>
          count.value++}
      >
        {count}
      </button>
    </div>
  );
}
