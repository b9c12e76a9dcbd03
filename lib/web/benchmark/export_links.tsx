import type { BenchmarkRun } from "../../api/benchmark.ts";

const FORMATS = ["json", "csv", "md", "svg"] as const;

/** A run as files, and its charts with those beside it. */
export function ExportLinks({ runs }: { runs: readonly BenchmarkRun[] }) {
  const [run, ...beside] = runs;
  const others = beside.map(({ id }) => `&with=${id}`).join("");
  const address = (format: string) =>
    `/api/benchmark/${run!.id}?format=${format}${
      format === "svg" ? others : ""
    }`;
  return (
    <nav class="bench-exports" aria-label="Save as a file">
      <span class="help">Save as</span>
      {FORMATS.map((format) => (
        <a
          key={format}
          class="button button-small"
          href={address(format)}
          download={`benchmark-${run!.id}.${format}`}
        >
          {format === "md" ? "Markdown" : format.toUpperCase()}
        </a>
      ))}
      <button
        class="button button-small needs-js"
        type="button"
        onClick={() => void savePng(address("svg"), `benchmark-${run!.id}.png`)}
      >
        PNG
      </button>
    </nav>
  );
}

/** Twice the size of the SVG, for screens with many dots. */
const PNG_SCALE = 2;

/** Lets the browser draw the SVG, and save what it drew. */
async function savePng(address: string, name: string): Promise<void> {
  const response = await fetch(address);
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(await response.text())}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = PNG_SCALE * image.width;
  canvas.height = PNG_SCALE * image.height;
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  const link = document.createElement("a");
  link.href = canvas.toDataURL("image/png");
  link.download = name;
  link.click();
}
