/**
 * The official name of a tensor, whoever wrote the file: transformers says
 * `embeddings`, and leaves out `backbone.` where the base model was saved.
 *
 * @param bare Whether no name of the checkpoint begins with `backbone.`.
 */
export function toOfficialName(name: string, bare: boolean): string {
  const full = bare && !name.startsWith("lm_head.") ? `backbone.${name}` : name;
  return full === "backbone.embeddings.weight"
    ? "backbone.embedding.weight"
    : full;
}

/** The name of a tensor in a checkpoint of transformers. */
export function toTransformersName(name: string): string {
  return name === "backbone.embedding.weight"
    ? "backbone.embeddings.weight"
    : name;
}

/** Whether the names are a base model's, which has no `backbone.`. */
export function areBareNames(names: readonly string[]): boolean {
  return !names.some((name) => name.startsWith("backbone."));
}
