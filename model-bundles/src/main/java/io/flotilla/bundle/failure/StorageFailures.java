package io.flotilla.bundle.failure;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.Objects;

/** Turns what the disk threw into a typed failure with one clear sentence. */
public final class StorageFailures {
  private StorageFailures() {}

  /**
   * The typed failure for a disk error.
   *
   * @param doing what was being done, as in "unpack the bundle to /slots/a"
   * @param cause what the file system threw
   * @return {@code FILE_MISSING} if a file is not there, {@code DISK_FULL} if no space is left,
   *     {@code STORAGE_FAILED} otherwise
   */
  public static FlotillaException of(String doing, IOException cause) {
    if (cause instanceof NoSuchFileException missing) {
      return new FlotillaException(
          ErrorCode.FILE_MISSING,
          "cannot %s: %s does not exist".formatted(doing, missing.getFile()),
          cause);
    }
    String reason = reason(cause);
    if (saysFull(reason)) {
      return new FlotillaException(
          ErrorCode.DISK_FULL,
          "cannot %s: no space is left on the disk; free some and try again".formatted(doing),
          cause);
    }
    return new FlotillaException(
        ErrorCode.STORAGE_FAILED, "cannot %s: %s".formatted(doing, reason), cause);
  }

  private static String reason(IOException cause) {
    if (cause instanceof FileSystemException failed && failed.getReason() != null) {
      return failed.getReason();
    }
    return Objects.requireNonNullElse(cause.getMessage(), cause.getClass().getSimpleName());
  }

  private static boolean saysFull(String reason) {
    String lower = reason.toLowerCase(Locale.ROOT);
    return lower.contains("no space left") || lower.contains("quota exceeded");
  }
}
