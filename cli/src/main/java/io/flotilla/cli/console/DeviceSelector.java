package io.flotilla.cli.console;

import io.flotilla.cli.client.ApiPath;
import picocli.CommandLine.Option;

/** The option that says which devices something is about; all of them where it is left out. */
public final class DeviceSelector {
  @Option(
      names = "--selector",
      paramLabel = "SELECTOR",
      defaultValue = "*",
      description =
          "Which devices, by label, fact or @group, such as 'site=lyon, gpu!=none'; default all.")
  private String selector = "*";

  /** The selector as typed; {@code *} for all devices. */
  public String text() {
    return selector;
  }

  /** A path with the selector as its query parameter. */
  public ApiPath on(ApiPath path) {
    return path.query("selector", selector);
  }
}
