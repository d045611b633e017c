package io.flotilla.protocol.message;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Tells one device to do something now, signed by the controller: a DSSE envelope of payload type
 * {@link #PAYLOAD_TYPE} around this record's CBOR form. The device obeys each once and answers with
 * one {@link CommandAnswer}.
 *
 * @param schema version of this message; 1
 * @param tenant the tenant it is meant for
 * @param deviceId the device it is meant for
 * @param id the command's id, 1 to 64 of {@code A-Z a-z 0-9 . _ -}
 * @param validity when it may be begun; at most {@link #MAX_VALIDITY_MS} long
 * @param order what to do
 */
public record DeviceCommand(
    int schema,
    String tenant,
    String deviceId,
    String id,
    Assignment.Validity validity,
    Order order) {
  /** DSSE payload type of a signed command. */
  public static final String PAYLOAD_TYPE = "application/vnd.flotilla.command.v1+cbor";

  /** Longest validity: 1 day. */
  public static final long MAX_VALIDITY_MS = 86_400_000;

  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

  /**
   * Checks the ranges.
   *
   * @throws FlotillaException {@code INPUT_INVALID}
   */
  public DeviceCommand {
    requireId(id);
    require(
        validity.issuedAtMs() >= 0
            && validity.expiresAtMs() >= validity.issuedAtMs()
            && validity.expiresAtMs() - validity.issuedAtMs() <= MAX_VALIDITY_MS,
        "a command is good for at most a day");
  }

  /** What a device can be told to do. */
  public enum Kind {
    /** Say that it is there. */
    PING,
    /** Keep the inputs of more predictions than its model's policy says, for a while. */
    CAPTURE,
    /** Send the last lines of its log. */
    LOG,
    /** Verify and load the version that it runs anew, while the present copy goes on scoring. */
    RELOAD,
    /** Stop the agent and start it anew. */
    RESTART
  }

  /**
   * What to do.
   *
   * @param kind what kind of thing
   * @param share for {@code CAPTURE}: share of inputs to keep, over 0 to 1; empty otherwise
   * @param forMs for {@code CAPTURE}: how long, 1 s to {@link #MAX_CAPTURE_MS}, in milliseconds
   * @param lines for {@code LOG}: most lines, 1 to {@value CommandAnswer#MAX_LINES}
   */
  public record Order(
      Kind kind, Optional<Double> share, Optional<Long> forMs, Optional<Integer> lines) {
    /** Longest capture: 1 day. */
    public static final long MAX_CAPTURE_MS = 86_400_000;

    private static final long MIN_CAPTURE_MS = 1_000;

    /**
     * Checks that what the kind needs is there, in its range, and nothing else.
     *
     * @throws FlotillaException {@code INPUT_INVALID}
     */
    public Order {
      boolean captures = kind == Kind.CAPTURE;
      require(
          share.isPresent() == captures
              && forMs.isPresent() == captures
              && lines.isPresent() == (kind == Kind.LOG),
          "a capture has a share and a time, a log its lines, and nothing else has them");
      require(share.filter(part -> !(part > 0 && part <= 1)).isEmpty(), "a share is over 0 to 1");
      require(
          forMs.filter(ms -> ms < MIN_CAPTURE_MS || ms > MAX_CAPTURE_MS).isEmpty(),
          "a capture lasts 1 s to 1 day");
      require(
          lines.filter(most -> most < 1 || most > CommandAnswer.MAX_LINES).isEmpty(),
          "a log has 1 to %d lines".formatted(CommandAnswer.MAX_LINES));
    }

    /** An order that needs nothing said. */
    public static Order of(Kind kind) {
      return new Order(kind, Optional.empty(), Optional.empty(), Optional.empty());
    }

    /** Keep this share of inputs for this long. */
    public static Order capture(double share, long forMs) {
      return new Order(Kind.CAPTURE, Optional.of(share), Optional.of(forMs), Optional.empty());
    }

    /** Send so many lines. */
    public static Order log(int lines) {
      return new Order(Kind.LOG, Optional.empty(), Optional.empty(), Optional.of(lines));
    }
  }

  /** Checks a command's id. */
  static void requireId(String id) {
    require(ID.matcher(id).matches(), "a command's id has 1 to 64 of A-Z a-z 0-9 . _ -");
  }

  private static void require(boolean holds, String sentence) {
    if (!holds) {
      throw new FlotillaException(ErrorCode.INPUT_INVALID, sentence);
    }
  }
}
