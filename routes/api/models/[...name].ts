import { MambaError } from "../../../lib/api/mamba_error.ts";
import { allowMethods } from "../../../lib/web/allow_methods.ts";
import { define } from "../../../lib/web/define.ts";

const PREFIX = "/api/models/";

/**
 * `DELETE /api/models/<name>`: removes a downloaded model, such as
 * `state-spaces/mamba-130m`, from the disk. The answer is
 * `{ id, freedBytes }`.
 */
export const handler = define.handlers(async ({ req, url, state }) => {
  allowMethods(req, "DELETE");
  const removed = await state.models.remove(nameIn(url.pathname));
  return Response.json(removed, { headers: { "cache-control": "no-store" } });
});

function nameIn(path: string): string {
  const text = path.slice(PREFIX.length);
  try {
    return decodeURIComponent(text);
  } catch {
    throw new MambaError(
      "not_found",
      `Cannot find the model ${JSON.stringify(text)}`,
      { field: "model", hint: "Its name is not encoded rightly." },
    );
  }
}
