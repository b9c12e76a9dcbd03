const WIDTH = 60;
const HEIGHT = 8;

/** Losses in their order, drawn in characters. */
export function lossCurve(losses: readonly number[]): string {
  const columns = Math.min(WIDTH, losses.length);
  const means = Array.from({ length: columns }, (_, column) => {
    const from = Math.floor(column * losses.length / columns);
    const to = Math.floor((column + 1) * losses.length / columns);
    const part = losses.slice(from, to);
    return part.reduce((sum, loss) => sum + loss, 0) / part.length;
  });
  const highest = Math.max(...means);
  const lowest = Math.min(...means);
  const rows = means.map((mean) =>
    Math.round((HEIGHT - 1) * (highest - mean) / (highest - lowest || 1))
  );
  return Array.from({ length: HEIGHT }, (_, row) => {
    const label = row === 0 ? highest : row === HEIGHT - 1 ? lowest : undefined;
    const dots = rows.map((at) => at === row ? "*" : " ").join("");
    return `${(label?.toFixed(2) ?? "").padStart(6)} |${dots}`.trimEnd();
  }).join("\n");
}
