import { errorResponse } from "../../lib/web/request_error.ts";
import { define } from "../../lib/web/define.ts";
import { logError } from "../../lib/web/log_error.ts";
import { checkSameOrigin } from "../../lib/web/same_origin.ts";

/** Below `/api` every error is JSON, and other sites' pages may only read. */
export default define.middleware(async (ctx) => {
  try {
    if (!["GET", "HEAD"].includes(ctx.req.method)) checkSameOrigin(ctx.req);
    return await ctx.next();
  } catch (error) {
    logError(ctx.req, error);
    return errorResponse(error);
  }
});
