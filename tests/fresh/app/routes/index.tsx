import { signal } from "@preact/signals";
import { Head } from "fresh/runtime";
import Counter from "../islands/Counter.tsx";
import { define } from "../define.ts";

export default define.page(() => {
  const count = signal(3);
  return (
    <main>
      <Head>
        <title>Two counters</title>
        <meta name="description" content="shared" />
      </Head>
      <Counter name="a" count={count} since={new Date(0)} extra={undefined} />
      <p>between</p>
      <Counter
        name="b"
        count={count}
        since={new Date(0)}
        extra={["</script>"]}
      />
    </main>
  );
});
