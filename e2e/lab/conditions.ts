/** What a scenario gets from whoever runs it. */
export interface Conditions {
  /** Path of the browser. */
  readonly chromium: string;
  /** How many connections a scenario makes for each of its rows. */
  readonly connections: number;
  /** What `perch stream` sends where the rate matters: `--source` and so on. */
  readonly picture: readonly string[];
}
