import { useSignal } from "@preact/signals";
import { copyText } from "../copy_text.ts";
import type { CompareRun } from "./compare_run.ts";
import {
  compareFromRequest,
  type CompareValues,
  fieldsFromCompare,
} from "./compare_values.ts";
import { saveExport } from "./save_export.ts";

/** What {@linkcode ShareBar} shows. */
export interface ShareBarProps {
  run: CompareRun;
  /** The form's values, for what the link leaves out. */
  values: CompareValues;
}

/** A longer address is refused somewhere on its way. */
const MAX_LINK = 6000;

/** The exports, and the address that leads back here. */
export function ShareBar({ run, values }: ShareBarProps) {
  const request = run.request.value;
  if (request === undefined) return null;
  const fields = fieldsFromCompare(compareFromRequest(request, values));
  return (
    <div class="share">
      <ExportLink run={run} format="json">Export JSON</ExportLink>
      <ExportLink run={run} format="markdown">Export Markdown</ExportLink>
      <RunLink link={`/compare?${fields}`} />
    </div>
  );
}

/** Without scripts the server exports what it keeps. */
function ExportLink(
  { run, format, children }: {
    run: CompareRun;
    format: "json" | "markdown";
    children: string;
  },
) {
  const id = run.id.value;
  const busy = run.running.value;
  return (
    <a
      class={`button button-small ${id === undefined ? "needs-js" : ""}`}
      href={id === undefined ? "#" : `/api/history/${id}?format=${format}`}
      aria-disabled={busy}
      onClick={(event) => {
        event.preventDefault();
        const record = run.record();
        if (!busy && record !== undefined) saveExport(record, format);
      }}
    >
      {children}
    </a>
  );
}

function RunLink({ link }: { link: string }) {
  const copied = useSignal("");
  if (link.length > MAX_LINK) {
    return <span class="help">The prompt is too long for a link.</span>;
  }
  const copy = async () => {
    const address = new URL(link, location.href).href;
    copied.value = await copyText(address) ? "Copied" : "Not allowed";
  };
  return (
    <>
      <a class="button button-small" href={link}>Link to this run</a>
      <button
        class="button button-small needs-js"
        type="button"
        onClick={copy}
      >
        Copy link
      </button>
      <span class="help" role="status">{copied}</span>
    </>
  );
}
