/**
 * The rooms' reflected states as the plain shapes of the protocol.
 *
 * The client has no schema classes: the SDK builds them from the server's handshake, so what arrives
 * here is untyped. Whatever is missing or of another type becomes the empty value of its field.
 */
import type {
  BigWin,
  LobbyTableView,
  Phase,
  SeatView,
  SpotView,
  TableView,
} from "@croupier/shared/protocol/state";
import { PHASES } from "@croupier/shared/protocol/state";
import type { ShownLeader } from "../store/model.ts";

/** The lobby tells no more, and there is no room for more. */
const WINS_SHOWN = 10;
const LEADERS_SHOWN = 10;

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function phase(value: unknown): Phase {
  return PHASES.find((known) => known === value) ?? "paused";
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

function texts(value: unknown): readonly string[] {
  return isIterable(value) ? [...value].map(text) : [];
}

/** A Map or the SDK's reflected map, which calls back with (value, key) alike. */
function mapOf<T>(value: unknown, project: (item: unknown) => T): ReadonlyMap<string, T> {
  const projected = new Map<string, T>();
  const { forEach } = fieldsOf(value);
  if (typeof forEach !== "function") return projected;
  forEach.call(value, (item: unknown, key: unknown) => projected.set(String(key), project(item)));
  return projected;
}

function spotView(value: unknown): SpotView {
  const { chips, players } = fieldsOf(value);
  return { chips: number(chips), players: number(players) };
}

function seatView(value: unknown): SeatView {
  const { name, colour, stake, chips } = fieldsOf(value);
  return {
    name: text(name),
    colour: number(colour),
    stake: number(stake),
    chips: mapOf(chips, number),
  };
}

/** The state of a `table` room. */
export function projectTable(state: unknown): TableView {
  const fields = fieldsOf(state);
  return {
    tableId: text(fields["tableId"]),
    name: text(fields["name"]),
    wheel: text(fields["wheel"]),
    zeroRule: text(fields["zeroRule"]),
    phase: phase(fields["phase"]),
    round: number(fields["round"]),
    phaseEndsAt: number(fields["phaseEndsAt"]),
    commitment: text(fields["commitment"]),
    entropy: text(fields["entropy"]),
    betsDigest: text(fields["betsDigest"]),
    pocket: text(fields["pocket"]),
    seed: text(fields["seed"]),
    lastPockets: texts(fields["lastPockets"]),
    players: number(fields["players"]),
    totalStake: number(fields["totalStake"]),
    spots: mapOf(fields["spots"], spotView),
    seats: mapOf(fields["seats"], seatView),
  };
}

function lobbyTable(value: unknown): LobbyTableView {
  const fields = fieldsOf(value);
  return {
    tableId: text(fields["tableId"]),
    name: text(fields["name"]),
    wheel: text(fields["wheel"]),
    phase: phase(fields["phase"]),
    round: number(fields["round"]),
    phaseEndsAt: number(fields["phaseEndsAt"]),
    players: number(fields["players"]),
    maxPlayers: number(fields["maxPlayers"]),
    minStake: number(fields["minStake"]),
    lastPockets: texts(fields["lastPockets"]),
  };
}

/** The state of the `lobby` room: its tables, in the order of their names. */
export function projectLobby(state: unknown): readonly LobbyTableView[] {
  const tables = [...mapOf(fieldsOf(state)["tables"], lobbyTable).values()];
  return tables.sort((left, right) => left.name.localeCompare(right.name));
}

function bigWin(value: unknown): BigWin {
  const fields = fieldsOf(value);
  return {
    name: text(fields["name"]),
    tableId: text(fields["tableId"]),
    round: number(fields["round"]),
    pocket: text(fields["pocket"]),
    net: number(fields["net"]),
    at: number(fields["at"]),
  };
}

/** The big wins in the state of the `lobby` room, or in the answer of `/api/wins`: newest first. */
export function projectWins(told: unknown): readonly BigWin[] {
  const { wins } = fieldsOf(told);
  return isIterable(wins) ? [...wins].slice(0, WINS_SHOWN).map(bigWin) : [];
}

function leader(value: unknown): ShownLeader {
  const fields = fieldsOf(value);
  return {
    playerId: text(fields["playerId"]),
    name: text(fields["name"]),
    net: number(fields["net"]),
  };
}

/** The answer of `/api/leaderboard`, without those who lost: a board of leaders is no pillory. */
export function projectLeaders(told: unknown): readonly ShownLeader[] {
  const { players } = fieldsOf(told);
  const all = isIterable(players) ? [...players].map(leader) : [];
  return all.filter(({ net }) => net > 0).slice(0, LEADERS_SHOWN);
}
