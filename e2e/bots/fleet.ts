/** The threads of bots: started together, stopped together, their results in one list. */
import { Worker } from "node:worker_threads";
import type { Progress, WorkerMessage, WorkerOrders, WorkerResult } from "./results.ts";

export interface Fleet {
  /** One result a thread; a thread that failed rejects the whole. */
  readonly results: Promise<readonly WorkerResult[]>;
  progress(): Progress;
  /** Calls `listener` at every sign of progress; answers a function that ends it. */
  follow(listener: (progress: Progress) => void): () => void;
  /** Ends the playing early; the bots still wait for their last round and read their books. */
  stop(): void;
  /** Ends the threads where they stand; there are no results then. */
  abandon(): Promise<unknown>;
}

/** Starts the threads of a run. */
export function startFleet(orders: Omit<WorkerOrders, "first">): Fleet {
  const seen = new Map<number, Progress>();
  const workers: Worker[] = [];
  const listeners = new Set<(progress: Progress) => void>();
  const progress = (): Progress => {
    const all = [...seen.values()];
    return {
      connected: all.reduce((sum, { connected }) => sum + connected, 0),
      seated: all.reduce((sum, { seated }) => sum + seated, 0),
      accepted: all.reduce((sum, { accepted }) => sum + accepted, 0),
    };
  };
  const results = Array.from({ length: orders.options.workers }, async (_, first) => {
    // The SDK talks about each reconnection on the console: nobody reads that here.
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: { ...orders, first } satisfies WorkerOrders,
      stdout: true,
      stderr: true,
    });
    worker.stdout.resume();
    worker.stderr.resume();
    workers.push(worker);
    return await resultOf(worker, (news) => {
      seen.set(first, news);
      for (const listener of listeners) listener(progress());
    });
  });
  return {
    results: Promise.all(results),
    progress,
    follow(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop() {
      for (const worker of workers) worker.postMessage("stop");
    },
    abandon: () => Promise.all(workers.map((worker) => worker.terminate())),
  };
}

function resultOf(worker: Worker, onProgress: (progress: Progress) => void): Promise<WorkerResult> {
  return new Promise((resolve, reject) => {
    worker.on("message", (message: WorkerMessage) => {
      if (message.type === "done") resolve(message.result);
      else onProgress(message);
    });
    worker.on("error", reject);
    worker.on("exit", (code) => reject(new Error(`a thread of bots ended with ${code}`)));
  });
}
