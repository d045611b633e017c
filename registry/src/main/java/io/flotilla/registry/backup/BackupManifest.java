package io.flotilla.registry.backup;

import io.flotilla.registry.audit.AuditHead;

/**
 * What a backup says of itself, in the file {@link #NAME}.
 *
 * @param format {@link #FORMAT}
 * @param atMs when it was begun, in milliseconds since the epoch
 * @param head end of the audit log when it was begun; the log in the backup contains it
 * @param files number of the files under {@link #DATA}
 * @param bytes their bytes
 * @param list SHA-256 in hex of {@link #LIST}
 */
public record BackupManifest(
    int format, long atMs, AuditHead head, long files, long bytes, String list) {
  /** The one format there is. */
  public static final int FORMAT = 1;

  /** Folder of the files that were backed up. */
  public static final String DATA = "data/";

  /**
   * File with a line for each file under {@link #DATA}, in the order of their names: SHA-256 in
   * hex, two spaces, the name, as {@code sha256sum} writes and checks it.
   */
  public static final String LIST = "SHA256SUMS";

  /** File with this record as JSON. */
  public static final String NAME = "backup.json";

  /** The last file: the line of {@link #NAME} in the same form. */
  public static final String SEAL = "backup.json.sha256";
}
