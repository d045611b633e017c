package io.flotilla.agent.spool;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flotilla.agent.store.AgentStore;
import io.flotilla.agent.store.Changes;
import io.flotilla.protocol.codec.MessageCodec;
import io.flotilla.protocol.message.Limits;
import io.flotilla.protocol.message.SpooledEnvelope;
import io.flotilla.protocol.topic.UpKind;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The upward messages that the controller has not yet said it stored, on disk.
 *
 * <p>What is promised: sequence numbers run from 1 without gaps over all lives of the process. A
 * message offered survives the death of the process at once, and a power cut after the next {@link
 * #sync}; it is not handed out for sending before that, so that no number is ever used for two
 * messages. A message leaves the disk only when the controller acknowledged it. Beyond its budget
 * the spool refuses at the door and says so; it keeps no message in memory.
 *
 * <p>Thread-safe.
 */
public final class Spool {
  private static final String STATE = "spool/state";

  /** Room for the envelope around a body within the payload limit. */
  private static final int ENVELOPE_BYTES = 1024;

  /** Largest body, in bytes. */
  public static final int MAX_BODY_BYTES = Limits.MAX_PAYLOAD_BYTES - 2 * ENVELOPE_BYTES;

  // configuration
  private final AgentStore store;
  private final SpoolLimits limits;
  private final Supplier<String> ids;
  private final String bootId;

  @GuardedBy("this")
  private SpoolState state;

  /** Last position that would survive a power cut. */
  @GuardedBy("this")
  private long durable;

  private Spool(
      AgentStore store, SpoolLimits limits, Supplier<String> ids, String bootId, SpoolState state) {
    this.store = store;
    this.limits = limits;
    this.ids = ids;
    this.bootId = bootId;
    this.state = state;
    this.durable = state.last();
  }

  /**
   * Opens the spool in a store, or begins one.
   *
   * @param ids gives random names of spools; each must be new in the world
   * @param bootId id of this process life, for the envelopes of messages offered in it
   */
  public static Spool open(
      AgentStore store, SpoolLimits limits, Supplier<String> ids, String bootId) {
    Optional<SpoolState> known =
        store.value(STATE).map(bytes -> MessageCodec.decode(bytes, SpoolState.class));
    SpoolState state = known.orElseGet(() -> SpoolState.fresh(ids.get()));
    if (known.isEmpty()) {
      store.write(new Changes().put(STATE, MessageCodec.encode(state)));
    }
    // What the last life wrote but did not sync becomes durable now, before any of it is sent.
    store.sync();
    return new Spool(store, limits, ids, bootId, state);
  }

  /**
   * Adds a message, if the budget allows, and carries out other changes in the same atomic write,
   * which happens in either case.
   *
   * @param body the message's CBOR form, at most {@link #MAX_BODY_BYTES}
   * @param alongside adds the other changes, knowing whether the message was admitted
   * @return whether it was admitted
   */
  public synchronized boolean offer(UpKind kind, byte[] body, Alongside alongside) {
    if (!kind.spooled() || body.length > MAX_BODY_BYTES) {
      throw new IllegalArgumentException(
          "no %s of %d bytes belongs in a spool".formatted(kind, body.length));
    }
    byte[] entry = MessageCodec.encode(new StoredMessage(bootId, kind, body));
    boolean admitted = state.bytes() + entry.length <= budgetFor(kind);
    Changes changes = new Changes();
    SpoolState next = state;
    if (admitted) {
      next = state.appended(entry.length);
      changes.append(next.last(), entry).put(STATE, MessageCodec.encode(next));
    }
    alongside.add(admitted, changes);
    if (!changes.all().isEmpty()) {
      store.write(changes);
    }
    state = next;
    return admitted;
  }

  /** Makes everything offered so far survive a power cut, and so fit for sending. */
  public void sync() {
    long written;
    synchronized (this) {
      written = state.last();
      if (written == durable) {
        return;
      }
    }
    store.sync();
    synchronized (this) {
      durable = Math.max(durable, written);
    }
  }

  /** The message of a sequence number, if it is durable and not released. */
  public synchronized Optional<SpooledEnvelope> envelope(long sequence) {
    long position = state.base() + sequence;
    if (position <= state.released() || position > durable) {
      return Optional.empty();
    }
    StoredMessage message = MessageCodec.decode(entry(position), StoredMessage.class);
    return Optional.of(
        new SpooledEnvelope(
            1, state.spoolId(), sequence, message.bootId(), message.kind(), message.body()));
  }

  /**
   * Takes note of an acknowledgement.
   *
   * <p>A controller that has stored more than this spool ever wrote knows another past of it: the
   * folder was set back to an older copy. The numbers after that are taken, so the spool gets a new
   * name and numbers what it holds from 1.
   *
   * <p>One that says less than was released changes nothing: it is an old one that comes late, or
   * the controller was set back, and that learns from the next hello how far this spool has come.
   */
  public synchronized Outcome acknowledged(String spoolId, long through) {
    if (!spoolId.equals(state.spoolId())) {
      return Outcome.FOREIGN;
    }
    long position = state.base() + through;
    if (position > state.last()) {
      save(state.renamed(ids.get()), new Changes());
      return Outcome.RENAMED;
    }
    if (position <= state.released()) {
      return Outcome.NOTHING_NEW;
    }
    long size = 0;
    for (long p = state.released() + 1; p <= position; p++) {
      size += entry(p).length;
    }
    save(state.releasedThrough(position, size), new Changes().dropThrough(position));
    return Outcome.RELEASED;
  }

  /** What it holds and promises now. */
  public synchronized Status status() {
    return new Status(
        state.spoolId(),
        state.released() - state.base(),
        durable - state.base(),
        state.last() - state.base(),
        state.bytes());
  }

  @GuardedBy("this")
  private void save(SpoolState next, Changes changes) {
    store.write(changes.put(STATE, MessageCodec.encode(next)));
    state = next;
  }

  private byte[] entry(long position) {
    return store
        .entry(position)
        .orElseThrow(() -> new IllegalStateException("the spool has a gap at " + position));
  }

  private long budgetFor(UpKind kind) {
    return switch (kind) {
      case CAPTURE, WINDOWS, HEALTH -> limits.budgetBytes();
      case PROGRESS, REPORTED, PROFILES, COMMANDS, EVENTS ->
          limits.budgetBytes() + limits.reserveBytes();
      case HELLO, STATUS, NEED, RENEWAL -> 0;
    };
  }

  /** Adds changes to the write of a message. */
  @FunctionalInterface
  public interface Alongside {
    /** Adds nothing. */
    Alongside NOTHING = (admitted, changes) -> {};

    /** Called once, before the write, with the spool locked: be quick. */
    void add(boolean admitted, Changes changes);
  }

  /** What an acknowledgement did. */
  public enum Outcome {
    /** Messages were released. */
    RELEASED,
    /** All of it was known. */
    NOTHING_NEW,
    /** It speaks of another spool. */
    FOREIGN,
    /** The spool has a new name; say hello again. */
    RENAMED
  }

  /**
   * State for people and for the sender.
   *
   * @param spoolId the spool's id
   * @param released last sequence number that the controller said it stored; 0 if none
   * @param durable last sequence number that may be sent
   * @param last last sequence number given out
   * @param bytes bytes of the messages not released
   */
  public record Status(String spoolId, long released, long durable, long last, long bytes) {}

  @SuppressWarnings("ArrayRecordComponent")
  private record StoredMessage(String bootId, UpKind kind, byte[] body) {}
}
