import { define } from "../lib/web/define.ts";
import { setSecurityHeaders } from "../lib/web/security_headers.ts";

/** Sets the security headers of every answer. */
export default define.middleware(async (ctx) => {
  const response = await ctx.next();
  setSecurityHeaders(response, {
    development: ctx.config.mode === "development",
  });
  return response;
});
