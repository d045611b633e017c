package io.flotilla.agent.profiling;

import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.store.Changes;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.ProfileCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a device remembers of profile jobs, as it is in the store: the one that it works on, and the
 * ids that it must not obey again.
 */
public final class ProfileMemory {
  /** Most commands within their validity that are remembered; more are not accepted. */
  public static final int MAX_SEEN = 64;

  private static final String SEEN = "profile/seen";
  private static final String CURRENT = "profile/current";

  private final AgentStore store;

  /** The memory in a store. */
  public ProfileMemory(AgentStore store) {
    this.store = store;
  }

  /**
   * A command that was accepted.
   *
   * @param job its id
   * @param expiresAtMs until when it would be accepted, if it were new
   */
  public record Seen(String job, long expiresAtMs) {}

  private record AllSeen(List<Seen> seen) {}

  /** Commands accepted before, oldest first. */
  public List<Seen> seen() {
    return store
        .value(SEEN)
        .map(bytes -> List.copyOf(MessageCodec.decode(bytes, AllSeen.class).seen()))
        .orElse(List.of());
  }

  /** The job that was begun and has not ended. */
  public Optional<ProfileCommand> current() {
    return store.value(CURRENT).map(bytes -> MessageCodec.decode(bytes, ProfileCommand.class));
  }

  /**
   * The change that remembers a command as accepted. Forgets those that have expired: they would be
   * refused for that.
   */
  public void accept(ProfileCommand command, long nowMs, Changes changes) {
    List<Seen> seen = new ArrayList<>(live(seen(), nowMs));
    seen.add(new Seen(command.job(), command.validity().expiresAtMs()));
    changes.put(SEEN, MessageCodec.encode(new AllSeen(seen)));
  }

  /** Adds the change that remembers a job as begun. */
  public static void begin(ProfileCommand command, Changes changes) {
    changes.put(CURRENT, MessageCodec.encode(command));
  }

  /** Adds the change that remembers the job at hand as ended. */
  public static void end(Changes changes) {
    changes.delete(CURRENT);
  }

  /** Those that have not expired. */
  static List<Seen> live(List<Seen> seen, long nowMs) {
    return seen.stream().filter(one -> one.expiresAtMs() > nowMs).toList();
  }
}
