import { HttpError } from "fresh";
import { define } from "../define.ts";

export default define.page(({ error }) => (
  <h1 id="error">{error instanceof HttpError ? error.status : "fault"}</h1>
));
