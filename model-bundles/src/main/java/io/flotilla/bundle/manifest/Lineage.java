package io.flotilla.bundle.manifest;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Where a model came from.
 *
 * @param gitCommit commit of the code that made it, 40 or 64 hexadecimal digits; empty if unknown
 * @param gitDirty whether that code had changes that the commit does not hold
 * @param datasets what it was trained on, each as {@code name:version@sha256:…}; at most 64
 * @param run id of the pipeline run that made it; empty if none did
 * @param gitBranch the branch that was checked out, 1 to {@value #MAX_BRANCH_CHARS} characters;
 *     empty if unknown
 * @param gitRemote where the commit can be fetched from, 1 to {@value #MAX_REMOTE_CHARS}
 *     characters, without user, password or query; empty if unknown
 */
public record Lineage(
    Optional<String> gitCommit,
    boolean gitDirty,
    List<String> datasets,
    Optional<String> run,
    Optional<String> gitBranch,
    Optional<String> gitRemote) {
  /** Most characters of a branch. */
  public static final int MAX_BRANCH_CHARS = 256;

  /** Most characters of a remote. */
  public static final int MAX_REMOTE_CHARS = 1024;

  /** Nothing is known. */
  public static final Lineage UNKNOWN =
      new Lineage(Optional.empty(), false, List.of(), Optional.empty());

  private static final int MAX_DATASETS = 64;

  /** User and password; a user alone stays where there is no password: {@code git@host:path}. */
  private static final Pattern USER = Pattern.compile("(?<=://)[^/]*@|^[^/@:]+:[^/@]*@");

  private static final Pattern QUERY = Pattern.compile("[?#].*", Pattern.DOTALL);

  /**
   * Checks the number of datasets and the form of commit, branch and remote.
   *
   * @throws io.flotilla.bundle.failure.FlotillaException {@code MANIFEST_INVALID} if there are too
   *     many datasets, the commit is not one, branch or remote are empty, too long or have control
   *     characters, or the remote carries credentials
   */
  public Lineage {
    datasets = List.copyOf(datasets);
    Invalid.unless(datasets.size() <= MAX_DATASETS, "the lineage has too many datasets");
    Invalid.unless(
        holds(gitCommit, commit -> commit.matches("[0-9a-f]{40}([0-9a-f]{24})?")),
        "the lineage's commit is not 40 or 64 hexadecimal digits");
    Invalid.unless(
        holds(gitBranch, branch -> plain(branch, MAX_BRANCH_CHARS)),
        "the lineage's branch is empty, over %d characters or not printable"
            .formatted(MAX_BRANCH_CHARS));
    Invalid.unless(
        holds(gitRemote, remote -> plain(remote, MAX_REMOTE_CHARS)),
        "the lineage's remote is empty, over %d characters or not printable"
            .formatted(MAX_REMOTE_CHARS));
    Invalid.unless(
        holds(gitRemote, remote -> remote.equals(withoutSecrets(remote))),
        "the lineage's remote carries a user, a password or a query: leave them out");
  }

  /** A lineage of which branch and remote are unknown. */
  public Lineage(
      Optional<String> gitCommit, boolean gitDirty, List<String> datasets, Optional<String> run) {
    this(gitCommit, gitDirty, datasets, run, Optional.empty(), Optional.empty());
  }

  /**
   * The same with a branch and a remote as git tells them: user, password and query of the remote
   * are left out, and so is either one that no manifest may have.
   */
  public Lineage withOrigin(Optional<String> branch, Optional<String> remote) {
    return new Lineage(
        gitCommit,
        gitDirty,
        datasets,
        run,
        branch.filter(text -> plain(text, MAX_BRANCH_CHARS)),
        remote.map(Lineage::withoutSecrets).filter(text -> plain(text, MAX_REMOTE_CHARS)));
  }

  private static String withoutSecrets(String remote) {
    return USER.matcher(QUERY.matcher(remote).replaceFirst("")).replaceFirst("");
  }

  private static boolean holds(Optional<String> text, Predicate<String> form) {
    return text.map(form::test).orElse(true);
  }

  private static boolean plain(String text, int most) {
    return !text.isEmpty()
        && text.length() <= most
        && text.chars()
            .noneMatch(c -> Character.isISOControl(c) || Character.isSurrogate((char) c));
  }
}
