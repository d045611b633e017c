package io.flotilla.agent.store;

import java.util.ArrayList;
import java.util.List;

/** Changes that belong together: {@link AgentStore#write} does all or none. Not thread-safe. */
public final class Changes {
  private final List<Change> all = new ArrayList<>();

  /** Sets a named value. */
  public Changes put(String name, byte[] value) {
    all.add(new Change.Put(name, value));
    return this;
  }

  /** Removes a named value, if it is there. */
  public Changes delete(String name) {
    all.add(new Change.Delete(name));
    return this;
  }

  /** Sets the log entry of a number ≥ 1. */
  public Changes append(long number, byte[] entry) {
    all.add(new Change.Append(number, entry));
    return this;
  }

  /** Drops all log entries up to and including {@code number}. */
  public Changes dropThrough(long number) {
    all.add(new Change.DropThrough(number));
    return this;
  }

  /** The changes in the order they were asked for. */
  public List<Change> all() {
    return List.copyOf(all);
  }

  /** One change. */
  public sealed interface Change {
    /** See {@link Changes#put}. */
    @SuppressWarnings("ArrayRecordComponent")
    record Put(String name, byte[] value) implements Change {}

    /** See {@link Changes#delete}. */
    record Delete(String name) implements Change {}

    /** See {@link Changes#append}. */
    @SuppressWarnings("ArrayRecordComponent")
    record Append(long number, byte[] entry) implements Change {}

    /** See {@link Changes#dropThrough}. */
    record DropThrough(long number) implements Change {}
  }
}
