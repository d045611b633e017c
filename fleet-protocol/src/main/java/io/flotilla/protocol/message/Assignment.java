package io.flotilla.protocol.message;

/**
 * The desired state of one device, signed by the controller: a DSSE envelope (see {@code
 * io.flotilla.bundle.signing}) of payload type {@link #PAYLOAD_TYPE} around this record's CBOR
 * form.
 *
 * @param schema version of this message; 1
 * @param tenant the tenant it is meant for
 * @param deviceId the device it is meant for
 * @param number strictly increasing for each device, from 1
 * @param target the version to run
 * @param archive how to fetch it
 * @param validity when it may be accepted
 * @param purpose why it exists
 */
public record Assignment(
    int schema,
    String tenant,
    String deviceId,
    long number,
    VersionRef target,
    Archive archive,
    Validity validity,
    Purpose purpose) {
  /** DSSE payload type of a signed assignment. */
  public static final String PAYLOAD_TYPE = "application/vnd.flotilla.assignment.v1+cbor";

  /**
   * The transport form of the bundle.
   *
   * @param sizeBytes size of the archive
   * @param digest SHA-256 of the archive, 64 hexadecimal digits
   * @param chunkList SHA-256 over the concatenated raw digests of its chunks, 64 hexadecimal digits
   */
  public record Archive(long sizeBytes, String digest, String chunkList) {
    /** Number of chunks. */
    public int chunkCount() {
      return Math.toIntExact((sizeBytes + Limits.CHUNK_BYTES - 1) / Limits.CHUNK_BYTES);
    }
  }

  /**
   * The time in which a device may accept an assignment.
   *
   * @param issuedAtMs Unix time in milliseconds
   * @param expiresAtMs Unix time in milliseconds; not accepted from then on
   */
  public record Validity(long issuedAtMs, long expiresAtMs) {}

  /**
   * Why an assignment exists.
   *
   * @param rollout the rollout's id
   * @param downgradeAllowed whether the device may go back to a lower version number
   */
  public record Purpose(String rollout, boolean downgradeAllowed) {}
}
