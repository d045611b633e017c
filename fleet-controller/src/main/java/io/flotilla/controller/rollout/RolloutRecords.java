package io.flotilla.controller.rollout;

import io.flotilla.controller.core.StoredRecords;
import io.flotilla.controller.core.Table;
import io.flotilla.controller.core.Transaction;
import io.flotilla.rollout.engine.Clocks;
import io.flotilla.rollout.engine.Rollout;
import io.flotilla.rollout.engine.Target;
import io.flotilla.rollout.gate.Verdict;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How rollouts are kept. A rollout's header, the order of its devices in chunks, and one record for
 * each device whose turn has come; so that a decision about one device writes one device.
 */
public final class RolloutRecords {
  /** Headers by rollout. */
  public static final Table<Rollout> ROLLOUTS = Table.of("rollout-head", Rollout.class);

  /** The rollouts of each version, by {@link #ofVersion} and their own id. */
  public static final Table<Begun> OF_VERSION = Table.of("version-rollout", Begun.class);

  /** What gates decided, by rollout and number. */
  public static final Table<GateDecision> DECISIONS =
      Table.of("rollout-decision", GateDecision.class);

  static final Table<Target> TARGETS = Table.of("rollout-target", Target.class);
  static final Table<Chunk> ORDER = Table.of("rollout-order", Chunk.class);
  static final Table<Due> DUE = Table.of("rollout-due", Due.class);
  static final Table<LeftOut> LEFT_OUT = Table.of("rollout-left-out", LeftOut.class);
  static final Table<Claim> CLAIMS = Table.cached("rollout-claim", Claim.class);
  static final Table<Open> OPEN = Table.cached("rollout-open", Open.class);
  static final Table<Counter> COUNTER = Table.cached("rollout-counter", Counter.class);
  static final Table<Clocks> CLOCKS = Table.cached("rollout-clock", Clocks.class);

  /** Id of the only record of its table. */
  static final String ONLY = "last";

  /** Devices of one record of the order. */
  static final int CHUNK = 500;

  private RolloutRecords() {}

  /**
   * Marks a rollout of a version.
   *
   * @param atMs Unix time in milliseconds
   */
  public record Begun(long atMs) {}

  /**
   * What a gate decided.
   *
   * @param atMs Unix time in milliseconds
   * @param verdict the decision, with the numbers behind it
   */
  public record GateDecision(long atMs, Verdict verdict) {}

  /** Devices in the order of their turns. */
  record Chunk(List<String> devices) {
    Chunk {
      devices = List.copyOf(devices);
    }
  }

  /** A device that is to be looked at at some time. */
  record Due(String device) {}

  /** The rollout that a device belongs to, for as long as that is not over. */
  record Claim(String rollout) {}

  /**
   * Marks a rollout of which something is still to come.
   *
   * @param joins the selector of devices that may join late; empty if none may
   */
  record Open(long sinceMs, Optional<String> joins) {}

  record Counter(long last) {}

  /** What the ids in {@link #OF_VERSION} begin with. */
  public static String ofVersion(String model, int version) {
    return String.format(Locale.ROOT, "%s/%010d/", model, version);
  }

  static String target(String rollout, String device) {
    return rollout + "/" + device;
  }

  static String chunk(String rollout, int position) {
    return String.format(Locale.ROOT, "%s/%06d", rollout, position / CHUNK);
  }

  static String numbered(String rollout, long number) {
    return String.format(Locale.ROOT, "%s/%08d", rollout, number);
  }

  /** Reads records, inside of a decision or outside. */
  interface Reading {
    <T extends Record> Optional<T> get(Table<T> table, String id);

    <T extends Record> List<Table.Row<T>> scan(
        Table<T> table, String prefix, String after, int limit);

    /** As a decision sees them. */
    static Reading of(Transaction tx) {
      return new Reading() {
        @Override
        public <T extends Record> Optional<T> get(Table<T> table, String id) {
          return tx.get(table, id);
        }

        @Override
        public <T extends Record> List<Table.Row<T>> scan(
            Table<T> table, String prefix, String after, int limit) {
          return tx.scan(table, prefix, after, limit);
        }
      };
    }

    /** As they are stored. */
    static Reading of(StoredRecords stored) {
      return new Reading() {
        @Override
        public <T extends Record> Optional<T> get(Table<T> table, String id) {
          return stored.get(table, id);
        }

        @Override
        public <T extends Record> List<Table.Row<T>> scan(
            Table<T> table, String prefix, String after, int limit) {
          return stored.scan(table, prefix, after, limit);
        }
      };
    }
  }
}
