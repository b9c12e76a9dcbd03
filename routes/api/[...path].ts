import { MambaError } from "../../lib/api/mamba_error.ts";
import { define } from "../../lib/web/define.ts";

/** Every address below `/api` that is no route: JSON, not a page. */
export const handler = define.handlers((ctx) => {
  throw new MambaError(
    "not_found",
    `Cannot find ${ctx.url.pathname}: there is no such API`,
    {
      hint:
        "There are /api/generate, /api/compare, /api/models, /api/history, " +
        "/api/train and /api/health.",
    },
  );
});
