package io.flotilla.protocol.message;

/**
 * Something an operator should know that belongs to no deployment: a refused assignment, a full
 * spool.
 *
 * @param schema version of this message; 1
 * @param code name of an {@link io.flotilla.bundle.failure.ErrorCode}
 * @param detail one sentence
 * @param atMs Unix time in milliseconds on the device
 */
public record DeviceEvent(int schema, String code, String detail, long atMs) {
  /** Cuts the detail to its limit. */
  public DeviceEvent {
    detail = Limits.detail(detail);
  }
}
