package io.flotilla.cli.demo;

import io.flotilla.bundle.archive.ArchiveLimits;
import io.flotilla.bundle.archive.BundleArchive;
import io.flotilla.bundle.signing.BundleSigner;
import io.flotilla.bundle.signing.SigningKey;
import io.flotilla.cli.client.ApiPath;
import io.flotilla.cli.codec.Json;
import io.flotilla.simulator.digits.DigitRow;
import io.flotilla.simulator.digits.DigitsCsv;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What a data scientist and a publisher do: data sets, runs, signing, registering. */
final class Publishing {
  private static final String OCTETS = "application/octet-stream";

  private final DemoWorld world;
  private final SigningKey publisher;

  Publishing(DemoWorld world, SigningKey publisher) {
    this.world = world;
    this.publisher = publisher;
  }

  /** Registers rows as a data set and gives its {@code name:version}. */
  String dataset(String name, List<DigitRow> rows) {
    Path file = world.work(name + ".csv");
    DigitsCsv.write(file, rows);
    return reference(world.api().upload(ApiPath.of("datasets", name).toString(), "text/csv", file));
  }

  /** Makes a data set of everything captured and labelled so far. */
  Json capturedDataset(String name) {
    return world
        .api()
        .post(
            ApiPath.of("datasets", name, "captured").toString(),
            Json.object().put("model", "digits").put("labelledOnly", true));
  }

  /** {@code name:version} of a data set. */
  static String reference(Json dataset) {
    return dataset.get("name").asText() + ":" + dataset.get("version").asInt();
  }

  /** Fetches a run's unsigned bundle into a fresh folder. */
  Path unsignedBundle(String run, String folder) {
    Path archive =
        world
            .api()
            .download(ApiPath.of("runs", run, "bundle").toString(), world.work(folder + ".tar"));
    Path directory = world.work(folder);
    BundleArchive.unpack(archive, directory, ArchiveLimits.DEFAULT);
    return directory;
  }

  /** Signs a bundle folder with the publisher's key and registers it. */
  Json signAndRegister(Path directory, Map<String, String> tags) {
    BundleSigner.sign(directory, publisher);
    Path archive = directory.resolveSibling(directory.getFileName() + ".bundle");
    BundleArchive.pack(directory, archive);
    return register(archive, tags);
  }

  /** Spoils a copy of an unsigned bundle and registers it, as a taken-over controller would. */
  Json registerAttack(Attack attack, String run) {
    Path directory = unsignedBundle(run, "attack-" + attack.name());
    try {
      Path archive = attack.pack(directory, publisher, world.work(attack.name() + ".bundle"));
      return register(archive, Map.of("drill", attack.name()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Json register(Path archive, Map<String, String> tags) {
    ApiPath path = ApiPath.of("models", "digits", "versions");
    for (Map.Entry<String, String> tag : tags.entrySet()) {
      path = path.query("tag", tag.getKey() + "=" + tag.getValue());
    }
    return world.api().upload(path.toString(), OCTETS, archive);
  }
}
