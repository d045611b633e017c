package io.flotilla.bundle.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;

class StorageFailuresTest {
  @Test
  void namesTheMissingFile() {
    FlotillaException failure =
        StorageFailures.of("read the archive", new NoSuchFileException("a.tar"));
    assertThat(failure.code()).isEqualTo(ErrorCode.FILE_MISSING);
    assertThat(failure).hasMessage("cannot read the archive: a.tar does not exist");
  }

  @Test
  void knowsAFullDiskByEitherKindOfException() {
    IOException plain = new IOException("No space left on device");
    IOException ofFile = new FileSystemException("a", "b", "Disk quota exceeded");
    assertThat(StorageFailures.of("write", plain).code()).isEqualTo(ErrorCode.DISK_FULL);
    assertThat(StorageFailures.of("write", ofFile).code()).isEqualTo(ErrorCode.DISK_FULL);
  }

  @Test
  void keepsTheReasonOfOtherFailures() {
    FlotillaException failure = StorageFailures.of("write", new AccessDeniedException("a"));
    assertThat(failure.code()).isEqualTo(ErrorCode.STORAGE_FAILED);
    assertThat(StorageFailures.of("write", new IOException()))
        .hasMessage("cannot write: IOException");
  }
}
