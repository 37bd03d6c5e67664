/** What a house is opened with, and what may change while it is there. */

export interface HouseOptions {
  readonly databaseUrl: string;
  /** `TABLES` of the server. */
  readonly tables: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Mistakes to be put into the program, by their names in `server/mutants`. */
  readonly mutants: readonly string[];
}

/** What is different from the next start on. */
export interface Changes {
  /** Put in for one life only, beside those of the run. */
  readonly mutants?: readonly string[];
  /** The same, in each of several processes. */
  readonly everyone?: readonly string[];
  readonly tables?: string;
  readonly databaseUrl?: string;
}
