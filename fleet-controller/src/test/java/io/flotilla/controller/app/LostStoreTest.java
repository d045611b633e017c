package io.flotilla.controller.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.layout.DurableFiles;
import io.flotilla.controller.fleet.TestPublisher;
import io.flotilla.registry.blob.BlobStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LostStoreTest {
  @TempDir private Path folder;
  private ControllerConfig config;
  private Path data;
  private Path blob;

  @BeforeEach
  void aControllerWasHere() {
    config = ControllerConfig.local(folder.resolve("data"), new TestPublisher(folder).trust());
    data = config.data();
    Controller.start(config).close();
    BlobStore blobs = new BlobStore(data.resolve("blobs"));
    byte[] content = "an archive".getBytes(StandardCharsets.UTF_8);
    blob = blobs.fileOf(blobs.put(new ByteArrayInputStream(content), content.length));
  }

  @Test
  void aControllerThatLostItsStoreDoesNotStartAndLeavesTheBlobs() throws IOException {
    DurableFiles.deleteTree(data.resolve("store"));

    assertThat(refusal()).contains("restore a backup", "remove pki and blobs", "store");
    assertThat(blob).exists();
    assertThat(data.resolve("store")).doesNotExist();

    DurableFiles.deleteTree(data.resolve("pki"));
    DurableFiles.deleteTree(data.resolve("blobs"));
    Controller.start(config).close();
    assertThat(data.resolve("store")).isNotEmptyDirectory();
  }

  @Test
  void blobsBesideAStoreWithoutAnyRecordAreNoRubbish() throws IOException {
    DurableFiles.deleteTree(data.resolve("store"));
    Files.delete(data.resolve("pki/assignment-key.pem"));

    assertThat(refusal()).contains(blob.getFileName().toString(), "restore a backup");
    assertThat(refusal()).contains("is empty");
    assertThat(blob).exists();
  }

  private String refusal() {
    FlotillaException refusal =
        catchThrowableOfType(FlotillaException.class, () -> Controller.start(config).close());
    assertThat(refusal).isNotNull();
    assertThat(refusal.code()).isEqualTo(ErrorCode.STORE_CORRUPT);
    return String.valueOf(refusal.getMessage());
  }
}
