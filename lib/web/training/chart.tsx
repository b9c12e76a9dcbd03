import {
  exactScale,
  formatTick,
  niceScale,
  placeOn,
  type Scale,
} from "./scale.ts";

const MAX_MARKS = 40;

/** A place of a curve: its step and its value. */
export interface Place {
  x: number;
  y: number;
}

/** A curve of a {@linkcode Chart}. */
export interface Series {
  name: string;
  /** How it is drawn: never by colour alone. */
  look: "line" | "faint" | "dots";
  /** In the order of x; values that are not finite are left out. */
  places: readonly Place[];
}

/** What {@linkcode Chart} draws. */
export interface ChartProps {
  title: string;
  /** The unit of the vertical axis. */
  unit: string;
  /** The unit of the horizontal axis. */
  across: string;
  series: readonly Series[];
  /** What the curves say, for those who do not see them. */
  summary: string;
  /** Stands in the frame while there are no curves. */
  empty: string;
  /** Whether the vertical axis begins at 0. */
  fromZero?: boolean;
  small?: boolean;
}

/**
 * Curves over steps, as SVG: the same from the server and in the browser, of
 * the same height whatever is in it. Places are in percent and strokes do not
 * scale, so that it fits any width and its text stays readable.
 */
export function Chart(props: ChartProps) {
  const { title, unit, across, series, summary, empty, small } = props;
  const drawn = series.filter(({ places }) => places.some(isFinitePlace));
  const { x, y } = scalesOf(drawn, props.fromZero ?? false);
  return (
    <figure class={small ? "chart chart-small" : "chart"}>
      <figcaption class="chart-head">
        <h3>{title}</h3>
        <span class="chart-unit">{unit}</span>
        {series.length > 1 && <Legend series={series} />}
      </figcaption>
      <div class="chart-body" role="img" aria-label={summary}>
        <YAxis scale={y} />
        <Plot series={drawn} x={x} y={y} />
        <XAxis scale={x} />
      </div>
      <p class="chart-across" aria-hidden="true">{across}</p>
      {drawn.length === 0 && <p class="chart-empty">{empty}</p>}
    </figure>
  );
}

function Plot(
  { series, x, y }: { series: readonly Series[]; x: Scale; y: Scale },
) {
  return (
    <svg class="chart-plot" aria-hidden="true">
      {y.ticks.map((tick) => {
        const at = percent(1 - placeOn(y, tick));
        return <line key={tick} class="chart-grid" x2="100%" y1={at} y2={at} />;
      })}
      <svg
        width="100%"
        height="100%"
        viewBox="0 0 1000 1000"
        preserveAspectRatio="none"
      >
        {series.map(({ name, look, places }) => (
          <path
            key={name}
            class={`chart-curve chart-${look}`}
            d={pathOf(places, x, y)}
          />
        ))}
      </svg>
      {series.filter(({ look }) => look === "dots").map(({ name, places }) => (
        <g key={name} class="chart-marks">
          {marked(places.filter(isFinitePlace)).map((place) => (
            <circle
              key={place.x}
              cx={percent(placeOn(x, place.x))}
              cy={percent(1 - placeOn(y, place.y))}
              r="3.5"
            />
          ))}
        </g>
      ))}
    </svg>
  );
}

function YAxis({ scale }: { scale: Scale }) {
  return (
    <svg class="chart-y" aria-hidden="true">
      {scale.ticks.map((tick) => (
        <text key={tick} x="100%" y={percent(1 - placeOn(scale, tick))}>
          {formatTick(scale, tick)}
        </text>
      ))}
    </svg>
  );
}

function XAxis({ scale }: { scale: Scale }) {
  return (
    <svg class="chart-x" aria-hidden="true">
      {scale.ticks.map((tick) => (
        <text key={tick} x={percent(placeOn(scale, tick))} y="1.1em">
          {formatTick(scale, tick)}
        </text>
      ))}
    </svg>
  );
}

function Legend({ series }: { series: readonly Series[] }) {
  return (
    <ul class="chart-legend" aria-hidden="true">
      {series.map(({ name, look }) => (
        <li key={name}>
          <svg width="24" height="10">
            <path class={`chart-curve chart-${look}`} d="M0 5H24" />
            {look === "dots" && (
              <g class="chart-marks">
                <circle cx="12" cy="5" r="3.5" />
              </g>
            )}
          </svg>
          {name}
        </li>
      ))}
    </ul>
  );
}

/** Up to the last step, and over what the curves reach but for rare spikes. */
function scalesOf(
  series: readonly Series[],
  fromZero: boolean,
): { x: Scale; y: Scale } {
  const places = series.flatMap(({ places }) => places).filter(isFinitePlace);
  const end = Math.max(10, ...places.map(({ x }) => x));
  const values = places.map(({ y }) => y).sort((a, b) => a - b);
  const spared = values.length < 50 ? 0 : Math.floor(values.length / 100);
  const low = fromZero ? 0 : values[spared] ?? 0;
  const high = values[values.length - 1 - spared] ?? 1;
  return { x: exactScale(0, end), y: niceScale(low, high) };
}

function pathOf(places: readonly Place[], x: Scale, y: Scale): string {
  return places.filter(isFinitePlace).map((place, index) => {
    const across = (1000 * placeOn(x, place.x)).toFixed(1);
    const down = (1000 * (1 - placeOn(y, place.y))).toFixed(1);
    return `${index === 0 ? "M" : "L"}${across} ${down}`;
  }).join("");
}

/** So few that marks do not touch, and the last. */
function marked(places: readonly Place[]): Place[] {
  const every = Math.ceil(places.length / MAX_MARKS);
  return places.filter((_, index) => (places.length - 1 - index) % every === 0);
}

/** JSON has no NaN: what was NaN in a log comes back as null. */
function isFinitePlace({ y }: Place): boolean {
  return Number.isFinite(y);
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(3))}%`;
}
