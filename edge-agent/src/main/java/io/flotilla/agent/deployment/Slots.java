package io.flotilla.agent.deployment;

import io.flotilla.agent.store.AgentFiles;
import io.flotilla.bundle.Digest;
import io.flotilla.bundle.failure.StorageFailures;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The folders of bundles on this device, named by bundle digest: {@code slots/} for verified
 * content, {@code incoming/} for content being verified, {@code fetch/} for archives on their way,
 * {@code optimised/} for what the runtime made of them.
 */
public final class Slots {
  private final Path root;

  /** Slots in an agent's folder. */
  public Slots(Path root) {
    this.root = root;
    for (String part : List.of("slots", "incoming", "fetch", "optimised")) {
      AgentFiles.makeFolder(root.resolve(part));
    }
  }

  /** Where a bundle's verified content lies, if it does. */
  public Path slot(Digest bundle) {
    return root.resolve("slots").resolve(bundle.hex());
  }

  /** Where a bundle's content is unpacked for verification. */
  public Path incoming(Digest bundle) {
    return root.resolve("incoming").resolve(bundle.hex());
  }

  /** Where a bundle's archive is put together. */
  public Path fetch(Digest bundle) {
    return root.resolve("fetch").resolve(bundle.hex());
  }

  /** Where the runtime keeps the optimised form of a bundle's variant. */
  public Path optimised(Digest bundle, String variant) {
    Path folder = root.resolve("optimised").resolve(bundle.hex());
    AgentFiles.makeFolder(folder);
    return folder.resolve(variant + ".bin");
  }

  /** Whether a slot of this bundle is there; what it holds must still be verified. */
  public boolean present(Digest bundle) {
    return Files.isDirectory(slot(bundle));
  }

  /** Usable bytes on the disk of these slots. */
  public long freeBytes() {
    try {
      return Files.getFileStore(root).getUsableSpace();
    } catch (IOException e) {
      throw StorageFailures.of("look at the disk of " + root, e);
    }
  }

  /** Removes everything of a bundle. */
  public void drop(Digest bundle) {
    AgentFiles.delete(slot(bundle));
    AgentFiles.delete(root.resolve("optimised").resolve(bundle.hex()));
    dropTransfer(bundle);
  }

  /** Removes what was only needed to get a bundle into its slot. */
  public void dropTransfer(Digest bundle) {
    AgentFiles.delete(incoming(bundle));
    AgentFiles.delete(fetch(bundle));
  }

  /** Removes everything of all other bundles. */
  public void keepOnly(Set<Digest> bundles) {
    Set<String> names = new HashSet<>();
    bundles.forEach(bundle -> names.add(bundle.hex()));
    for (String part : List.of("slots", "incoming", "fetch", "optimised")) {
      for (Path entry : entries(root.resolve(part))) {
        if (!names.contains(String.valueOf(entry.getFileName()))) {
          AgentFiles.delete(entry);
        }
      }
    }
  }

  private static List<Path> entries(Path folder) {
    List<Path> entries = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(folder)) {
      stream.forEach(entries::add);
    } catch (IOException e) {
      throw StorageFailures.of("list " + folder, e);
    }
    return entries;
  }
}
