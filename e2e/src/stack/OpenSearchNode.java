import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.opensearch.Version;
import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.node.Node;
import org.opensearch.plugins.PluginInfo;

/** One OpenSearch node, version 2 or 3, run from the jars of the server: OpenSearchNode HOME HTTP_PORT TRANSPORT_PORT. */
public class OpenSearchNode extends Node {
  private static final String NAME = "penstock-1";
  private static final String[] MODULES = {
    "transport.Netty4",
    "index.mapper.MapperExtras",
    "index.reindex.Reindex",
    "painless.Painless",
    "analysis.common.CommonAnalysis",
    "ingest.common.IngestCommon",
    "join.ParentJoin",
  };

  /** The constructor takes descriptions of plugins since OpenSearch 3, and their classes in OpenSearch 2. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  private OpenSearchNode(Environment environment, Collection<?> modules) {
    super(environment, (Collection) modules, false);
  }

  public static void main(String[] args) throws Exception {
    Settings settings = Settings.builder()
        .put("path.home", Path.of(args[0]))
        .put("cluster.name", "penstock")
        .put("node.name", NAME)
        .put("discovery.type", "single-node")
        .put("network.host", "127.0.0.1")
        .put("http.port", args[1])
        .put("transport.port", args[2])
        .put("cluster.routing.allocation.disk.threshold_enabled", false)
        .build();
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), Path.of(args[0], "config"), () -> NAME);
    LogConfigurator.setNodeName(NAME);
    Node node = new OpenSearchNode(environment, modules());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
    node.start();
    Thread.currentThread().join();
  }

  private static Collection<?> modules() throws ClassNotFoundException {
    List<Object> modules = new ArrayList<>();
    for (String module : MODULES) {
      if (Version.CURRENT.major < 3) {
        modules.add(Class.forName("org.opensearch." + module + "Plugin"));
        continue;
      }
      String name = "org.opensearch." + module + "ModulePlugin";
      modules.add(new PluginInfo(name, "module", "NA", Version.CURRENT, "21", name, null, List.of(), false));
    }
    return modules;
  }

  private static void close(Node node) {
    try {
      node.close();
    } catch (Exception e) {
      e.printStackTrace();
    }
  }
}
