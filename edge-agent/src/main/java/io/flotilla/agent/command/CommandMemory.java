package io.flotilla.agent.command;

import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.store.Changes;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.DeviceCommand;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a device remembers of commands, as it is in the store: the one that takes long and has not
 * ended, and the ids that it must not obey again. The ids lie in a ring, so that remembering one
 * costs the same however many there are.
 */
public final class CommandMemory {
  /** Most commands within their validity that are remembered; more are not accepted. */
  public static final int MAX_SEEN = 4096;

  private static final String CURRENT = "command/current";
  private static final String COUNT = "command/count";
  private static final String SLOT = "command/slot/";
  private static final String ID = "command/id/";

  private final AgentStore store;
  private long count;

  /** The memory in a store. */
  public CommandMemory(AgentStore store) {
    this.store = store;
    this.count = store.value(COUNT).map(bytes -> ByteBuffer.wrap(bytes).getLong()).orElse(0L);
  }

  /**
   * A command that was accepted.
   *
   * @param id its id
   * @param expiresAtMs until when it would be accepted, if it were new
   */
  private record Seen(String id, long expiresAtMs) {}

  /** Whether a command was accepted before. */
  public boolean seen(String id) {
    return store.value(ID + id).isPresent();
  }

  /** Whether no more can be remembered until one that was accepted has expired. */
  public boolean full(long nowMs) {
    return oldest().filter(seen -> seen.expiresAtMs() > nowMs).isPresent();
  }

  /** The command that was begun and has not ended. */
  public Optional<DeviceCommand> current() {
    return store.value(CURRENT).map(bytes -> MessageCodec.decode(bytes, DeviceCommand.class));
  }

  /**
   * Adds the changes that remember a command as accepted, in place of the oldest one if the ring is
   * full. Once they are written, {@link #accepted} is to be called.
   */
  public void accept(DeviceCommand command, Changes changes) {
    oldest().ifPresent(old -> changes.delete(ID + old.id()));
    Seen seen = new Seen(command.id(), command.validity().expiresAtMs());
    changes
        .put(slot(), MessageCodec.encode(seen))
        .put(ID + command.id(), new byte[] {1})
        .put(COUNT, ByteBuffer.allocate(Long.BYTES).putLong(count + 1).array());
  }

  /** The changes of {@link #accept} are written. */
  public void accepted() {
    count++;
  }

  /** Makes it durable that a command was accepted and begun. */
  public void begin(DeviceCommand command) {
    Changes changes = new Changes().put(CURRENT, MessageCodec.encode(command));
    accept(command, changes);
    store.write(changes);
    accepted();
    store.sync();
  }

  /** Adds the change that remembers the command at hand as ended. */
  public static void end(Changes changes) {
    changes.delete(CURRENT);
  }

  private Optional<Seen> oldest() {
    return store.value(slot()).map(bytes -> MessageCodec.decode(bytes, Seen.class));
  }

  private String slot() {
    return SLOT + count % MAX_SEEN;
  }
}
