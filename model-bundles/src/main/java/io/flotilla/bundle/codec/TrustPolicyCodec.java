package io.flotilla.bundle.codec;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.trust.Publisher;
import io.flotilla.bundle.trust.TrustPolicy;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;

/** Trust policies to JSON and back, without their signature. Thread-safe. */
public final class TrustPolicyCodec {
  /** Most bytes of a trust policy: 1 MiB. */
  public static final int MAX_BYTES = 1 << 20;

  private static final int FORMAT = 1;
  private static final String WHAT = "the trust policy";
  private static final ObjectMapper MAPPER = Strict.json(MAX_BYTES).build();

  private TrustPolicyCodec() {}

  /** The policy as JSON in UTF-8. */
  public static byte[] encode(TrustPolicy policy) {
    return Strict.write(
        MAPPER,
        new PolicyForm(FORMAT, policy.version(), policy.expires().toString(), policy.publishers()));
  }

  /**
   * Reads a policy.
   *
   * @throws FlotillaException {@code TRUST_POLICY_INVALID} if it cannot be read
   */
  public static TrustPolicy decode(byte[] json) {
    PolicyForm form =
        Strict.read(MAPPER, json, PolicyForm.class, ErrorCode.TRUST_POLICY_INVALID, WHAT);
    if (form.format() != FORMAT) {
      throw new FlotillaException(
          ErrorCode.TRUST_POLICY_INVALID,
          "%s has format %d, this release reads %d".formatted(WHAT, form.format(), FORMAT));
    }
    try {
      return new TrustPolicy(form.version(), Instant.parse(form.expires()), form.publishers());
    } catch (DateTimeParseException e) {
      throw new FlotillaException(
          ErrorCode.TRUST_POLICY_INVALID, WHAT + " expires at no known time", e);
    }
  }

  private record PolicyForm(int format, int version, String expires, List<Publisher> publishers) {
    PolicyForm {
      publishers = List.copyOf(publishers);
    }
  }
}
