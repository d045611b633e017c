package io.flotilla.cli.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.flotilla.bundle.failure.ErrorCode;
import io.flotilla.bundle.failure.FlotillaException;
import io.flotilla.bundle.signing.BundleSigner;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.cli.bundles.BundleDraft;
import io.flotilla.cli.bundles.BundleMaker;
import io.flotilla.cli.bundles.ModelOptions;
import io.flotilla.cli.bundles.ModelSource;
import io.flotilla.cli.bundles.OpenBundle;
import io.flotilla.cli.client.ApiClient;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.cli.onnx.PerceptronModel;
import io.flotilla.hardware.onnx.OnnxAccelerators;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;

/**
 * One model that a single client works on while the controller is killed again and again, and what
 * that client knows of it. Every step leads from one known state to another; a step that was not
 * answered may have happened or not, but not by half.
 */
final class DrillModel {
  /** What the API shows: live versions with their bundles and tags, the last number, an alias. */
  record Known(
      int lastVersion,
      Map<Integer, String> bundles,
      Map<Integer, Map<String, String>> tags,
      int champion) {
    static final Known NOTHING = new Known(0, Map.of(), Map.of(), 0);

    Known registered(String bundle) {
      Map<Integer, String> more = new TreeMap<>(bundles);
      more.put(lastVersion + 1, bundle);
      Map<Integer, Map<String, String>> tagged = new TreeMap<>(tags);
      tagged.put(lastVersion + 1, Map.of("made", "by-drill"));
      return new Known(lastVersion + 1, more, tagged, champion);
    }

    Known tagged(int version, String value) {
      Map<Integer, Map<String, String>> tagged = new TreeMap<>(tags);
      Map<String, String> own = new TreeMap<>(tagged.getOrDefault(version, Map.of()));
      own.put("step", value);
      tagged.put(version, own);
      return new Known(lastVersion, bundles, tagged, champion);
    }

    Known deleted(int version) {
      Map<Integer, String> fewer = new TreeMap<>(bundles);
      fewer.remove(version);
      Map<Integer, Map<String, String>> tagged = new TreeMap<>(tags);
      tagged.remove(version);
      return new Known(lastVersion, fewer, tagged, champion == version ? 0 : champion);
    }

    Known pointed(int version) {
      return new Known(lastVersion, bundles, tags, version);
    }
  }

  private final String name;
  private final Random random;
  private final SigningKey key;
  private final Path folder;
  private int made;
  private Known known = Known.NOTHING;
  private Optional<Known> maybe = Optional.empty();

  DrillModel(String name, Random random, SigningKey key, Path folder) {
    this.name = name;
    this.random = random;
    this.key = key;
    this.folder = folder;
  }

  /** Does one thing; false if the controller did not answer, and then it is gone. */
  boolean step(ApiClient api, Runnable begun) {
    Path archive = random.nextInt(2) == 0 || known.bundles().isEmpty() ? bundle() : folder;
    begun.run();
    try {
      if (archive.equals(folder)) {
        change(api);
      } else {
        register(api, archive);
      }
      maybe = Optional.empty();
      return true;
    } catch (FlotillaException e) {
      assertThat(e.code()).as(e.getMessage()).isEqualTo(ErrorCode.CONTROLLER_UNREACHABLE);
      return false;
    }
  }

  private void register(ApiClient api, Path archive) {
    // The digest of what was just made is not known before the answer: the step after a cut reads.
    maybe = Optional.of(known.registered(digestOf(archive)));
    api.upload(
        ApiPath.of("models", name, "versions").query("tag", "made=by-drill").toString(),
        "application/octet-stream",
        archive);
    known = maybe.orElseThrow();
  }

  private void change(ApiClient api) {
    List<Integer> versions = new ArrayList<>(known.bundles().keySet());
    int version = versions.get(random.nextInt(versions.size()));
    ApiPath path = ApiPath.of("models", name, "versions", version);
    switch (random.nextInt(4)) {
      case 0 -> {
        String value = Integer.toString(random.nextInt(1000));
        maybe = Optional.of(known.tagged(version, value));
        Json set = Json.object().put("step", value);
        api.patch(
            path.toString(),
            Json.object().put("tags", Json.object().put("set", set).put("remove", List.of())));
      }
      case 1 -> {
        maybe = Optional.of(known.pointed(version));
        api.put(
            ApiPath.of("models", name, "aliases", "champion").toString(),
            Json.object().put("version", version));
      }
      case 2 -> {
        maybe = Optional.of(known.deleted(version));
        api.delete(path.toString());
      }
      default -> {
        maybe = Optional.of(known);
        api.post(ApiPath.of("blobs", "collect").toString(), Json.object());
      }
    }
    known = maybe.orElseThrow();
  }

  /**
   * Asserts that the controller shows what was answered, and what was not by whole or not at all.
   */
  void verify(ApiClient api) {
    Known actual = read(api);
    if (maybe.isPresent()) {
      assertThat(actual).isIn(known, maybe.get());
    } else {
      assertThat(actual).isEqualTo(known);
    }
    known = actual;
    maybe = Optional.empty();
  }

  private Known read(ApiClient api) {
    Json model;
    try {
      model = api.get(ApiPath.of("models", name).toString());
    } catch (FlotillaException e) {
      assertThat(e.code()).as(e.getMessage()).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
      return Known.NOTHING;
    }
    Map<Integer, String> bundles = new TreeMap<>();
    Map<Integer, Map<String, String>> tags = new TreeMap<>();
    for (Json version : api.list(ApiPath.of("models", name, "versions"))) {
      if (version.get("deleted").asBoolean()) {
        continue;
      }
      int number = version.get("version").asInt();
      bundles.put(number, version.text("bundle"));
      Map<String, String> own = new TreeMap<>();
      version.get("tags").names().forEach(tag -> own.put(tag, version.get("tags").text(tag)));
      tags.put(number, own);
    }
    return new Known(
        model.get("lastVersion").asInt(),
        bundles,
        tags,
        model.get("aliases").get("champion").asInt());
  }

  private String digestOf(Path archive) {
    try (OpenBundle open = OpenBundle.open(archive)) {
      return io.flotilla.bundle.signing.BundleVerifier.inspect(open.directory()).digest().hex();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A bundle that nobody has registered yet. */
  private Path bundle() {
    made++;
    try {
      Path work = Files.createDirectory(folder.resolve(name + "-" + made));
      Path model =
          Files.write(work.resolve("model.onnx"), PerceptronModel.bytes(List.of(4, 3), random));
      BundleDraft draft = ModelOptions.local().draft(ModelSource.of(model));
      Path directory = work.resolve("bundle");
      new BundleMaker(OnnxAccelerators.cpu()).make(named(draft), directory);
      BundleSigner.sign(directory, key);
      Path archive = work.resolve("bundle.tar");
      OpenBundle.pack(directory, archive);
      return archive;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private BundleDraft named(BundleDraft draft) {
    return new BundleDraft(
        name,
        draft.variants(),
        draft.golden(),
        draft.folders(),
        draft.schema(),
        draft.properties(),
        draft.lineage());
  }
}
