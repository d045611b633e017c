package io.flotilla.cli.bundles;

import io.flotilla.bundle.manifest.Lineage;
import io.flotilla.cli.codec.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What git says about the folder that a model lies in.
 *
 * @param commit the commit checked out; empty outside of a checkout, or without git
 * @param branch the branch; empty if there is none
 * @param remote the address of {@code origin}; empty if there is none
 * @param dirty true if files differ from the commit
 */
public record GitCheckout(
    Optional<String> commit, Optional<String> branch, Optional<String> remote, boolean dirty) {
  private static final long TIMEOUT_SECONDS = 10;

  /** Asks git about the folder of this file. */
  public static GitCheckout around(Path file) {
    Path folder = Path.of(String.valueOf(file.toAbsolutePath().normalize().getParent()));
    Optional<String> commit =
        git(folder, "rev-parse", "--verify", "HEAD").filter(c -> c.matches("[0-9a-f]{40,64}"));
    if (commit.isEmpty()) {
      return new GitCheckout(Optional.empty(), Optional.empty(), Optional.empty(), false);
    }
    Optional<String> branch =
        git(folder, "rev-parse", "--abbrev-ref", "HEAD").filter(b -> !b.equals("HEAD"));
    Optional<String> remote =
        git(folder, "config", "--get", "remote.origin.url").filter(r -> !r.isEmpty());
    boolean dirty = git(folder, "status", "--porcelain").map(s -> !s.isEmpty()).orElse(true);
    return new GitCheckout(commit, branch, remote, dirty);
  }

  /** As a lineage of these datasets, each {@code name:version@sha256:…}. */
  public Lineage lineage(List<String> datasets) {
    return new Lineage(commit, dirty, datasets, Optional.empty()).withOrigin(branch, remote);
  }

  /** As the API takes it; only where there is a commit. */
  public Json json() {
    return Json.object()
        .put("commit", commit.orElseThrow())
        .put("branch", branch.orElse(null))
        .put("remote", remote.orElse(null))
        .put("dirty", dirty);
  }

  private static Optional<String> git(Path folder, String... arguments) {
    List<String> command = new java.util.ArrayList<>(List.of("git", "-C", folder.toString()));
    command.addAll(List.of(arguments));
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      String answer =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return Optional.empty();
      }
      return process.exitValue() == 0 ? Optional.of(answer) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // no git on this machine: then there is nothing to say
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
