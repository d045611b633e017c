package io.flotilla.registry.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.Digest;
import io.flotilla.registry.search.SearchIndex;
import io.flotilla.registry.store.RecordStore;
import io.flotilla.registry.store.WriteBatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records in the form of the release before. */
class MigrationTest {
  private static final String HEAD = "{\"lastVersion\":2}";
  @TempDir Path directory;
  private OpenRegistry open;

  @BeforeEach
  void open() throws IOException {
    open = new OpenRegistry(directory);
    open.store()
        .write(
            new WriteBatch()
                .put("model/digits", bytes(HEAD))
                .put("model-version/digits/0000000001", bytes(version(1, "null")))
                .put(
                    "model-version/digits/0000000002",
                    bytes(version(2, "{\"atMs\":1777629600001,\"by\":\"bob\"}")))
                .put("model-bundle/digits/verified/" + hex(1), bytes("{\"version\":1}")));
  }

  @AfterEach
  void close() {
    open.close();
  }

  @Test
  void versionsOfTheReleaseBeforeAreRead() {
    ModelVersion version = open.get().require("digits", 1);
    assertThat(version.tags()).isEqualTo(Map.of("stage", "first"));
    assertThat(version.particulars()).isEqualTo(ModelVersion.Particulars.NONE);
    assertThat(open.get().details(version).metrics()).isEmpty();
    assertThat(open.get().model("digits")).hasValue(new ModelRecord("digits", "", Map.of(), 2));
    ModelVersion deleted = open.get().recall("digits", 2).orElseThrow();
    assertThat(deleted.deletion().orElseThrow().reason()).isEmpty();
    assertThat(open.get().references()).containsExactly(new Digest(hex(1)));
  }

  @Test
  void theyAreMadeSearchableOnceAndCountedOn() {
    assertThat(open.found("")).isEmpty();
    assertThat(open.get().migrate()).isTrue();
    List<RecordStore.Entry> index = open.store().scan(SearchIndex.KEYS, "", 100);
    assertThat(open.get().migrate()).isFalse();

    assertThat(open.found("tag.stage=first input=[?,64] dataset=d:1 publisher=lab"))
        .containsExactly("digits:1");
    assertThat(open.store().scan(SearchIndex.KEYS, "", 100)).hasSameSizeAs(index);
    assertThat(open.version("digits", "three", Map.of())).isEqualTo(3);
    open.move("champion", 1, Expectation.ABSENT);
    open.reopen();
    assertThat(open.get().migrate()).isFalse();
    assertThat(open.found("")).containsExactly("digits:1", "digits:3");
    assertThat(open.delete(1).deletion()).isPresent();
    assertThat(open.get().list(Optional.empty())).hasSize(1);
  }

  @Test
  void cutBetweenTheTwoIsMadeUpForByTheNextStart() {
    open.get().migrate();
    open.store().write(new WriteBatch().delete(SearchIndex.KEYS + "migrated"));
    assertThat(open.get().migrate()).isTrue();
    assertThat(open.found("")).containsExactly("digits:1");
  }

  private static String version(int number, String deletion) {
    return """
        {"model":"digits","version":%d,"bundle":"%s","archive":{"sizeBytes":10240,"digest":"%s",\
        "chunkList":"%s"},"tags":{"stage":"first"},"manifest":{"format":1,"name":"digits",\
        "inputs":[{"name":"input","type":"FP32","shape":[{"symbol":"batch","length":null},\
        {"symbol":"","length":64}],"unit":null,"meaning":null,"range":null,"categories":[]}],\
        "outputs":[{"name":"output","type":"FP32","shape":[{"symbol":"","length":10}],"unit":null,\
        "meaning":null,"range":null,"categories":[]}],"variants":[{"id":"fp32",\
        "path":"models/model.onnx","irVersion":6,"opsets":{"":13},"providers":[],"sizeBytes":9}],\
        "lineage":{"gitCommit":null,"gitDirty":false,"datasets":["d:1@sha256:%s"],"run":null},\
        "capture":{"inputSampleRate":0.0,"windowRows":200},"properties":{}},"registration":\
        {"atMs":1777629600000,"by":"ada","verified":true,"publisher":"lab","refusal":null},\
        "deletion":%s}"""
        .formatted(number, hex(number), hex(number), hex(number), hex(number), deletion);
  }

  private static String hex(int number) {
    return "%064x".formatted(number);
  }

  private static byte[] bytes(String json) {
    return json.getBytes(StandardCharsets.UTF_8);
  }
}
