package io.flotilla.protocol.message;

/**
 * Drift counters of one window.
 *
 * @param schema version of this message; 1
 * @param source the version that scored
 * @param index number of the window on this device and version, from 0
 * @param fromMs Unix time in milliseconds on the device of the first row
 * @param toMs Unix time in milliseconds on the device of the last row
 * @param counters wire form of the counters, see {@code io.flotilla.drift}
 * @param totals predictions so far, for accounting
 */
@SuppressWarnings("ArrayRecordComponent")
public record WindowReport(
    int schema,
    VersionRef source,
    long index,
    long fromMs,
    long toMs,
    byte[] counters,
    Totals totals) {

  /**
   * Exact accounting over the life of the spool, all versions together.
   *
   * @param made predictions made
   * @param captured predictions written to the spool
   * @param refused predictions that the spool's budget refused
   */
  public record Totals(long made, long captured, long refused) {}
}
