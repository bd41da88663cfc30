import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.elasticsearch.Build;
import org.elasticsearch.client.internal.node.NodeClient;
import org.elasticsearch.cluster.service.ClusterService;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.index.IndexVersion;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.PluginBundle;
import org.elasticsearch.plugins.PluginsLoader;
import org.elasticsearch.rest.RestChannel;
import org.elasticsearch.rest.RestController;
import org.elasticsearch.rest.RestHandler;
import org.elasticsearch.rest.RestRequest;
import org.elasticsearch.rest.RestResponse;
import org.elasticsearch.rest.RestStatus;

/**
 * One Elasticsearch node, version 8 or 9, run from the jars of the server: ElasticsearchNode HOME HTTP_PORT TRANSPORT_PORT.
 * HOME holds config/log4j2.properties and modules/transport-netty4/.
 */
public class ElasticsearchNode {
  private static final String NAME = "penstock-1";

  public static void main(String[] args) throws Exception {
    Path home = Path.of(args[0]);
    Settings settings = Settings.builder()
        .put("path.home", home)
        .put("cluster.name", "penstock")
        .put("node.name", NAME)
        .put("discovery.type", "single-node")
        .put("network.host", "127.0.0.1")
        .put("http.port", args[1])
        .put("transport.port", args[2])
        .put("cluster.routing.allocation.disk.threshold_enabled", false)
        .build();
    Environment environment =
        InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), home.resolve("config"), () -> NAME);
    LogConfigurator.configureESLogging();
    Node node = new Node(environment, PluginsLoader.createPluginsLoader(modulesOf(environment), Set.of(), Map.of(), false));
    ClusterService cluster = node.injector().getInstance(ClusterService.class);
    node.injector().getInstance(RestController.class).registerHandler(new RootHandler(cluster));
    Runtime.getRuntime().addShutdownHook(new Thread(() -> close(node)));
    node.start();
    Thread.currentThread().join();
  }

  private static void close(Node node) {
    try {
      node.close();
    } catch (Exception e) {
      e.printStackTrace();
    }
  }

  /** The loader's method takes one argument in Elasticsearch 8 and a second one from 9 on. */
  @SuppressWarnings("unchecked")
  private static Set<PluginBundle> modulesOf(Environment environment) throws Exception {
    Path folder = (Path) Environment.class.getMethod("modulesDir").invoke(environment);
    for (Method method : PluginsLoader.class.getMethods()) {
      if (!method.getName().equals("loadModulesBundles")) continue;
      return (Set<PluginBundle>)
          (method.getParameterCount() == 1 ? method.invoke(null, folder) : method.invoke(null, folder, false));
    }
    throw new NoSuchMethodException("PluginsLoader.loadModulesBundles");
  }

  /** {@code GET /}, by which clients learn the version; the distribution has it in a module that is not among the jars. */
  private record RootHandler(ClusterService cluster) implements RestHandler {
    @Override
    public List<Route> routes() {
      return List.of(new Route(RestRequest.Method.GET, "/"), new Route(RestRequest.Method.HEAD, "/"));
    }

    @Override
    public void handleRequest(RestRequest request, RestChannel channel, NodeClient client) throws Exception {
      Build build = Build.current();
      var body = channel.newBuilder().prettyPrint().startObject();
      body.field("name", cluster.getNodeName());
      body.field("cluster_name", cluster.getClusterName().value());
      body.field("cluster_uuid", cluster.state().metadata().clusterUUID());
      body.startObject("version");
      body.field("number", build.qualifiedVersion());
      body.field("build_flavor", build.flavor());
      body.field("build_type", build.type().displayName());
      body.field("build_hash", build.hash());
      body.field("build_date", build.date());
      body.field("build_snapshot", build.isSnapshot());
      body.field("lucene_version", IndexVersion.current().luceneVersion().toString());
      body.field("minimum_wire_compatibility_version", build.minWireCompatVersion());
      body.field("minimum_index_compatibility_version", build.minIndexCompatVersion());
      body.endObject();
      body.field("tagline", "You Know, for Search");
      channel.sendResponse(new RestResponse(RestStatus.OK, body.endObject()));
    }
  }
}
