/** A person in a browser: what is seen and done on the page. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright";
import { repository } from "./processes.ts";

const SCREENS = {
  desktop: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
} as const;
export type Screen = keyof typeof SCREENS;

/** What the page tells about itself, for tests and for curious players. */
interface CroupierPage {
  spotPosition(spotId: string): { x: number; y: number } | null;
  state(): {
    readonly seat: object | null;
    readonly table: {
      readonly phase: string;
      readonly round: number;
      /** By the server's clock, which is this machine's. */
      readonly phaseEndsAt: number;
      readonly spots: Readonly<Record<string, { readonly chips: number }>>;
    } | null;
  };
}

const ARTIFACTS = join(repository, ".artifacts");

export class Person {
  readonly page: Page;
  /** Errors that the page threw. */
  readonly complaints: readonly string[];
  /** Errors in the page's console with their addresses, the browser's own among them. */
  readonly logged: readonly string[];
  readonly #screen: Screen;

  private constructor(
    page: Page,
    screen: Screen,
    errors: Readonly<Record<"complaints" | "logged", readonly string[]>>,
  ) {
    this.page = page;
    this.#screen = screen;
    this.complaints = errors.complaints;
    this.logged = errors.logged;
  }

  /** Opens the game in a browser profile of its own, and gives a name. */
  static async enter(
    browser: Browser,
    { url, name, screen = "desktop" }: { url: string; name: string; screen?: Screen },
  ): Promise<Person> {
    const context = await browser.newContext({
      viewport: SCREENS[screen],
      ...(screen === "phone" ? { hasTouch: true, isMobile: true } : {}),
    });
    const page = await context.newPage();
    const complaints: string[] = [];
    const logged: string[] = [];
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") logged.push(`${message.text()} ${message.location().url}`);
    });
    await page.goto(url);
    await page.locator("#name").fill(name);
    await page.locator("#play").click();
    return new Person(page, screen, { complaints, logged });
  }

  /** Takes a seat, and waits for the table to be shown: its first picture may take its time. */
  async sit(tableId: string): Promise<void> {
    await this.page.locator(`#sit-${tableId}`).click();
    await this.page.locator("#phase").waitFor({ state: "visible" });
    await this.page.waitForFunction(
      () => Number(/\d+/.exec(document.querySelector("#round")?.textContent ?? "")) > 0,
    );
    await this.page.waitForFunction(() => {
      const { croupier } = window as never as { croupier: CroupierPage };
      return croupier.state().seat !== null && croupier.spotPosition("straight:17") !== null;
    });
    await this.page.evaluate(
      () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
    );
  }

  /** Waits until the page shows one of the phases, by the state that it tells. */
  async untilPhase(phase: string): Promise<void> {
    await this.page.waitForFunction((wanted) => {
      const { table } = (window as never as { croupier: CroupierPage }).croupier.state();
      return table?.phase === wanted;
    }, phase);
  }

  /**
   * Waits until bets are taken, for so many milliseconds more and in a round after the given one;
   * answers the round.
   */
  async untilBetting({ leftMs = 0, after = 0 }): Promise<number> {
    const round = await this.page.waitForFunction(
      ([left, before]) => {
        const { table } = (window as never as { croupier: CroupierPage }).croupier.state();
        if (table?.phase !== "betting" || table.round <= before) return false;
        return table.phaseEndsAt - Date.now() >= left ? table.round : false;
      },
      [leftMs, after] as const,
      // By a timer: a page that draws little would be asked as seldom.
      { polling: 100 },
    );
    return Number(await round.jsonValue());
  }

  /** Waits until an element's text contains the words; no words: until there is none. */
  async untilText(selector: string, words: string): Promise<void> {
    await this.page.waitForFunction(
      ([query, wanted]) => {
        const text = document.querySelector(query)?.textContent ?? "";
        return wanted === "" ? text === "" : text.includes(wanted);
      },
      [selector, words] as const,
    );
  }

  /** Listens to an element's text; the answer tells all that it has said since. */
  async hears(selector: string): Promise<() => Promise<readonly string[]>> {
    const said = await this.page.evaluateHandle((query) => {
      const texts: string[] = [];
      const node = document.querySelector(query);
      if (node === null) throw new Error(`there is no ${query}`);
      const listen = () => texts.push(node.textContent ?? "");
      new MutationObserver(listen).observe(node, {
        childList: true,
        characterData: true,
        subtree: true,
      });
      return texts;
    }, selector);
    return () => said.jsonValue();
  }

  /** Picks a chip and lays it on a spot with the mouse or the finger. */
  async bet(spotId: string, chip: number): Promise<void> {
    await this.page.locator(`[data-chip="${chip}"]`).click();
    const at = await this.page.evaluate(
      (spot) => (window as never as { croupier: CroupierPage }).croupier.spotPosition(spot),
      spotId,
    );
    if (at === null) throw new Error(`there is no ${spotId} on the felt`);
    const { x, y } = at;
    if (this.#screen === "phone") await this.page.touchscreen.tap(x, y);
    else await this.page.mouse.click(x, y);
  }

  /** Waits until so many chips of everybody's lie on a spot, as far as this page knows. */
  async untilSpot(spotId: string, chips: number): Promise<void> {
    await this.page.waitForFunction(
      ([spot, wanted]) => {
        const { table } = (window as never as { croupier: CroupierPage }).croupier.state();
        return table?.spots[spot]?.chips === wanted;
      },
      [spotId, chips] as const,
    );
  }

  /** Waits until the number that an element shows is as asked, and answers it. */
  async untilNumber(selector: string, test: "=" | ">", value: number): Promise<number> {
    const handle = await this.page.waitForFunction(
      ([query, operator, wanted]) => {
        const text = document.querySelector(query)?.textContent ?? "";
        const digits = text.replace(/[^\d]/g, "");
        if (digits === "") return false;
        const shown = Number(digits);
        return (operator === "=" ? shown === wanted : shown > wanted) ? { shown } : false;
      },
      [selector, test, value] as const,
    );
    return ((await handle.jsonValue()) as { shown: number }).shown;
  }

  /** The token of this person's account. */
  async token(): Promise<string> {
    return await this.page.evaluate(() => localStorage.getItem("colyseus-auth-token") ?? "");
  }

  /** Leaves a picture in the ignored folder of artifacts. */
  async picture(name: string): Promise<void> {
    mkdirSync(ARTIFACTS, { recursive: true });
    await this.page.screenshot({ path: join(ARTIFACTS, `${name}-${this.#screen}.png`) });
  }

  async leave(): Promise<void> {
    await this.page.context().close();
  }
}
