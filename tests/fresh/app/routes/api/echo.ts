import { HttpError } from "fresh";
import { define } from "../../define.ts";

export const handler = define.handlers({
  GET: () => Response.json({ hello: "there" }),
  async POST(ctx) {
    const text = await ctx.req.text();
    if (text === "") throw new HttpError(400, "empty");
    return new Response(text);
  },
});
