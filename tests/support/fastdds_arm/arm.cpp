// An arm behind ROS 2 in C++ on Fast DDS: joint state broadcaster and one controller, as other people's code
// would be. It knows the published message definitions, no code of the bridge, and no CycloneDDS.
//
//   arm DOMAIN KIND TOPIC READER_DEADLINE_MS READER_LIFESPAN_MS WORD...
//
// KIND is trajectory, array, jog or twist; 0 ms leaves a policy at its default. A WORD is one of
//   JOINT=POSITION             a joint, in the arm's order
//   @link=X,Y,Z,ROLL,PITCH,YAW where the frame of the next joint stands in the one before (twist needs them)
//   @tool=X,Y,Z                the tool point in the frame of the last link (twist needs it)
//   @jaw=TOPIC                 a second controller, of the last joint alone, that takes an array
//   @durable                   the command's reader asks for what was sent before it came
//   @unreliable                joint states are published as best effort
//
// Like the real ones, the trajectory controller refuses a stamped trajectory that ended before now, and a
// Servo (jog, twist) what is stamped more than 100 ms ago; a twist acts until then or until the next.
// It takes orders from standard input and answers with one line of JSON each: `stall MS` sleeps without
// reading; `report` tells what was delivered since the last report; `mute JOINT|-` leaves a joint out of the
// joint states; `place JOINT RAD` puts a joint elsewhere; `quiet 0|1` stops the broadcaster. It ends with its
// standard input.

#include <fastcdr/Cdr.h>
#include <fastcdr/FastBuffer.h>
#include <fastdds/dds/core/condition/WaitSet.hpp>
#include <fastdds/dds/domain/DomainParticipant.hpp>
#include <fastdds/dds/domain/DomainParticipantFactory.hpp>
#include <fastdds/dds/domain/DomainParticipantListener.hpp>
#include <fastdds/dds/publisher/DataWriter.hpp>
#include <fastdds/dds/publisher/Publisher.hpp>
#include <fastdds/dds/subscriber/DataReader.hpp>
#include <fastdds/dds/subscriber/SampleInfo.hpp>
#include <fastdds/dds/subscriber/Subscriber.hpp>
#include <fastdds/dds/topic/TopicDataType.hpp>
#include <fastdds/dds/topic/TypeSupport.hpp>
#include <fastdds/rtps/transport/UDPv4TransportDescriptor.h>
#include <fastrtps/utils/IPLocator.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "servo.hpp"

namespace fast = eprosima::fastdds::dds;
namespace rtps = eprosima::fastrtps::rtps;
using eprosima::fastcdr::Cdr;
using eprosima::fastcdr::FastBuffer;
using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

constexpr double STALE_S = 0.1;
constexpr uint32_t LARGEST = 4096;

struct Header {
  int32_t sec = 0;
  uint32_t nanosec = 0;
  std::string frame;
  void write(Cdr& out) const { out << sec << nanosec << frame; }
  void read(Cdr& in) { in >> sec >> nanosec >> frame; }
};

struct JointState {
  static constexpr const char* NAME = "sensor_msgs::msg::dds_::JointState_";
  Header header;
  Names names;
  Numbers positions, velocities, efforts;
  void write(Cdr& out) const {
    header.write(out);
    out << names << positions << velocities << efforts;
  }
  void read(Cdr& in) {
    header.read(in);
    in >> names >> positions >> velocities >> efforts;
  }
};

// Whatever a controller was told, laid open: only the fields of its kind are filled.
struct Command {
  Header header;
  Names names;
  Numbers positions, velocities, last_velocities;
  double seconds = 0.0, last_seconds = 0.0;
  uint32_t points = 0;
  void write(Cdr&) const {}
};

struct Trajectory : Command {
  static constexpr const char* NAME = "trajectory_msgs::msg::dds_::JointTrajectory_";
  void read(Cdr& in) {
    header.read(in);
    in >> names >> points;
    for (uint32_t i = 0; i < points; ++i) {
      Numbers at, speed, acceleration, effort;
      int32_t sec;
      uint32_t nanosec;
      in >> at >> speed >> acceleration >> effort >> sec >> nanosec;
      if (i == 0) {
        positions = at;
        velocities = speed;
        seconds = sec + nanosec / 1e9;
      }
      last_velocities = speed;
      last_seconds = sec + nanosec / 1e9;
    }
  }
};

struct Array : Command {
  static constexpr const char* NAME = "std_msgs::msg::dds_::Float64MultiArray_";
  void read(Cdr& in) {
    uint32_t dimensions, offset;
    in >> dimensions;
    for (uint32_t i = 0; i < dimensions; ++i) {
      std::string label;
      uint32_t size, stride;
      in >> label >> size >> stride;
    }
    in >> offset >> positions;
  }
};

struct Jog : Command {
  static constexpr const char* NAME = "control_msgs::msg::dds_::JointJog_";
  void read(Cdr& in) {
    Numbers displacements;
    header.read(in);
    in >> names >> displacements >> velocities >> seconds;
  }
};

struct Twist : Command {
  static constexpr const char* NAME = "geometry_msgs::msg::dds_::TwistStamped_";
  void read(Cdr& in) {
    header.read(in);
    velocities.resize(6);
    for (double& part : velocities) in >> part;
  }
};

template <typename Message>
class Type : public fast::TopicDataType {
 public:
  Type() {
    setName(Message::NAME);
    m_typeSize = LARGEST;
    m_isGetKeyDefined = false;
  }
  bool serialize(void* data, rtps::SerializedPayload_t* payload) override {
    FastBuffer buffer(reinterpret_cast<char*>(payload->data), payload->max_size);
    Cdr out(buffer, Cdr::DEFAULT_ENDIAN, Cdr::DDS_CDR);
    payload->encapsulation = out.endianness() == Cdr::BIG_ENDIANNESS ? CDR_BE : CDR_LE;
    out.serialize_encapsulation();
    static_cast<Message*>(data)->write(out);
    payload->length = static_cast<uint32_t>(out.getSerializedDataLength());
    return true;
  }
  bool deserialize(rtps::SerializedPayload_t* payload, void* data) override {
    try {
      FastBuffer buffer(reinterpret_cast<char*>(payload->data), payload->length);
      Cdr in(buffer, Cdr::DEFAULT_ENDIAN, Cdr::DDS_CDR);
      in.read_encapsulation();
      *static_cast<Message*>(data) = Message();
      static_cast<Message*>(data)->read(in);
      return true;
    } catch (const eprosima::fastcdr::exception::Exception&) {
      return false;
    }
  }
  std::function<uint32_t()> getSerializedSizeProvider(void*) override { return [] { return LARGEST; }; }
  void* createData() override { return new Message(); }
  void deleteData(void* data) override { delete static_cast<Message*>(data); }
  bool getKey(void*, rtps::InstanceHandle_t*, bool) override { return false; }
};

// Remembers what every writer that is found says of itself.
class Discovery : public fast::DomainParticipantListener {
 public:
  void on_publisher_discovery(fast::DomainParticipant*, rtps::WriterDiscoveryInfo&& found) override {
    const auto& qos = found.info.m_qos;
    std::ostringstream text;
    text << "{\"user_data\":\"" << std::string(qos.m_userData.begin(), qos.m_userData.end()) << "\""
         << ",\"lifespan_ms\":" << qos.m_lifespan.duration.to_ns() / 1000000
         << ",\"deadline_ms\":" << qos.m_deadline.period.to_ns() / 1000000
         << ",\"volatile\":" << (qos.m_durability.kind == fast::VOLATILE_DURABILITY_QOS ? "true" : "false")
         << ",\"reliable\":" << (qos.m_reliability.kind == fast::RELIABLE_RELIABILITY_QOS ? "true" : "false") << "}";
    std::lock_guard<std::mutex> hold(lock_);
    told_[found.info.topicName().c_str()] = text.str();
  }
  std::string json() {
    std::lock_guard<std::mutex> hold(lock_);
    std::string text;
    for (const auto& [topic, data] : told_) text += (text.empty() ? "" : ",") + ("\"" + topic + "\":" + data);
    return "{" + text + "}";
  }

 private:
  std::mutex lock_;
  std::map<std::string, std::string> told_;
};

double wall_s() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

double steady_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string json(const Numbers& values) {
  std::ostringstream text;
  text.precision(17);
  for (size_t i = 0; i < values.size(); ++i) text << (i ? "," : "") << values[i];
  return "[" + text.str() + "]";
}

struct Joint {
  std::string name;
  double position;
};

// What was delivered since the last report, and how old it was then by its source's time.
struct Deliveries {
  int count = 0, stale = 0, expired = 0, wrong = 0;
  double oldest_s = 0.0;
  Command last;
};

// One controller of the arm: what it takes, from where, and what it was told.
struct Controller {
  std::string kind, topic;
  fast::DataReader* reader = nullptr;
  Deliveries delivered;
};

Numbers numbers(const std::string& text) {
  Numbers values;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) values.push_back(std::stod(part));
  return values;
}

class Arm {
 public:
  Arm(int argc, char** argv) : deadline_ms_(std::stoi(argv[4])), lifespan_ms_(std::stoi(argv[5])) {
    controllers_.push_back({argv[2], argv[3]});
    for (int i = 6; i < argc; ++i) {
      const std::string text = argv[i];
      const size_t equals = std::min(text.find('='), text.size());
      understand(text.substr(0, equals), equals < text.size() ? text.substr(equals + 1) : "");
    }
    open(static_cast<uint32_t>(std::stoi(argv[1])));
  }

  // Broadcasts a hundred times a second, and at once after each command.
  void run() {
    double due = steady_s();
    while (obey()) {
      const double left = due - steady_s();
      if (left <= 0) {
        due += 0.01;
        serve();
        broadcast();
        continue;
      }
      fast::ConditionSeq active;
      const double wait = std::min(left, 0.002);
      waiting_.wait(active, {0, static_cast<uint32_t>(wait * 1e9)});
      if (take()) broadcast();
    }
    participant_->delete_contained_entities();
    fast::DomainParticipantFactory::get_instance()->delete_participant(participant_);
  }

 private:
  void understand(const std::string& word, const std::string& value) {
    const Numbers parts = word == "@link" || word == "@tool" ? numbers(value) : Numbers(6, 0.0);
    if (word == "@link")
      links_.push_back({{parts[0], parts[1], parts[2]}, {parts[3], parts[4], parts[5]}});
    else if (word == "@tool")
      tool_ = {parts[0], parts[1], parts[2]};
    else if (word == "@jaw")
      controllers_.push_back({"array", value});
    else if (word == "@durable")
      durable_ = true;
    else if (word == "@unreliable")
      unreliable_ = true;
    else
      joints_.push_back({word, std::stod(value)});
  }

  void open(uint32_t domain) {
    fast::DomainParticipantQos qos;
    auto transport = std::make_shared<eprosima::fastdds::rtps::UDPv4TransportDescriptor>();
    transport->interfaceWhiteList.push_back("127.0.0.1");
    qos.transport().use_builtin_transports = false;
    qos.transport().user_transports.push_back(transport);
    rtps::Locator_t peer;
    rtps::IPLocator::setIPv4(peer, 127, 0, 0, 1);
    qos.wire_protocol().builtin.initialPeersList.push_back(peer);
    participant_ = fast::DomainParticipantFactory::get_instance()->create_participant(
        domain, qos, &discovery_, fast::StatusMask::none());
    const fast::TypeSupport states(new Type<JointState>());
    states.register_type(participant_);
    auto* told = participant_->create_topic("rt/joint_states", states.get_type_name(), fast::TOPIC_QOS_DEFAULT);
    fast::DataWriterQos writing;
    writing.reliability().kind = unreliable_ ? fast::BEST_EFFORT_RELIABILITY_QOS : fast::RELIABLE_RELIABILITY_QOS;
    writing.endpoint().history_memory_policy = rtps::PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
    writing.history().depth = 10;
    writer_ = participant_->create_publisher(fast::PUBLISHER_QOS_DEFAULT)->create_datawriter(told, writing);
    auto* subscriber = participant_->create_subscriber(fast::SUBSCRIBER_QOS_DEFAULT);
    for (Controller& controller : controllers_) listen(controller, subscriber);
  }

  void listen(Controller& controller, fast::Subscriber* subscriber) {
    const fast::TypeSupport commands(command_type(controller.kind));
    commands.register_type(participant_);
    auto* ordered =
        participant_->create_topic("rt" + controller.topic, commands.get_type_name(), fast::TOPIC_QOS_DEFAULT);
    fast::DataReaderQos reading;
    reading.reliability().kind = fast::RELIABLE_RELIABILITY_QOS;
    reading.endpoint().history_memory_policy = rtps::PREALLOCATED_WITH_REALLOC_MEMORY_MODE;
    reading.history().depth = 10;
    if (deadline_ms_ > 0)
      reading.deadline().period = eprosima::fastrtps::Duration_t(0, static_cast<uint32_t>(deadline_ms_) * 1000000u);
    if (lifespan_ms_ > 0)
      reading.lifespan().duration = eprosima::fastrtps::Duration_t(0, static_cast<uint32_t>(lifespan_ms_) * 1000000u);
    if (durable_) reading.durability().kind = fast::TRANSIENT_LOCAL_DURABILITY_QOS;
    controller.reader = subscriber->create_datareader(ordered, reading);
    controller.reader->get_statuscondition().set_enabled_statuses(fast::StatusMask::data_available());
    waiting_.attach_condition(controller.reader->get_statuscondition());
  }

  static fast::TopicDataType* command_type(const std::string& kind) {
    if (kind == "trajectory") return new Type<Trajectory>();
    if (kind == "array") return new Type<Array>();
    if (kind == "jog") return new Type<Jog>();
    return new Type<Twist>();
  }

  bool take() {
    bool any = false;
    for (Controller& controller : controllers_) any = take_from(controller) || any;
    return any;
  }

  bool take_from(Controller& controller) {
    if (controller.kind == "trajectory") return take_as<Trajectory>(controller);
    if (controller.kind == "array") return take_as<Array>(controller);
    if (controller.kind == "jog") return take_as<Jog>(controller);
    return take_as<Twist>(controller);
  }

  template <typename Message>
  bool take_as(Controller& controller) {
    Deliveries& delivered = controller.delivered;
    Message message;
    fast::SampleInfo info;
    bool any = false;
    while (controller.reader->take_next_sample(&message, &info) == eprosima::fastrtps::types::ReturnCode_t::RETCODE_OK) {
      if (!info.valid_data) continue;
      const double age_s = wall_s() - info.source_timestamp.to_ns() / 1e9;
      delivered.count += 1;
      delivered.stale += age_s > STALE_S;
      delivered.oldest_s = std::max(delivered.oldest_s, age_s);
      delivered.last = message;
      if (expired(controller, message))
        delivered.expired += 1;
      else
        apply(controller, message);
      any = true;
    }
    return any;
  }

  static bool expired(const Controller& controller, const Command& command) {
    const double stamp_s = command.header.sec + command.header.nanosec / 1e9;
    const bool servo = controller.kind == "jog" || controller.kind == "twist";
    if (servo) return wall_s() > stamp_s + STALE_S;
    return command.last_seconds > 0 && stamp_s > 0 && wall_s() > stamp_s + command.last_seconds;
  }

  // An ideal controller: the joints are at once where the command says they shall be next.
  void apply(Controller& controller, const Command& command) {
    if (controller.kind == "twist") {
      twist_ = command;
      return;
    }
    const size_t first = &controller == &controllers_.front() ? 0 : joints_.size() - 1;
    for (size_t i = first; i < joints_.size(); ++i) {
      size_t place = i - first;
      if (!command.names.empty()) {
        const auto found = std::find(command.names.begin(), command.names.end(), joints_[i].name);
        place = static_cast<size_t>(found - command.names.begin());
      }
      if (place < command.positions.size())
        joints_[i].position = command.positions[place];
      else if (controller.kind == "jog" && place < command.velocities.size())
        joints_[i].position += command.velocities[place] * command.seconds;
      else
        controller.delivered.wrong += 1;
    }
  }

  // Ten milliseconds of an ideal Servo: the tool goes on as the newest twist says, unless that is too old.
  void serve() {
    const double now = wall_s(), since_s = std::min(now - served_s_, STALE_S);
    served_s_ = now;
    if (links_.empty() || twist_.velocities.size() != 6 || expired(controllers_.front(), twist_)) return;
    Numbers angles;
    for (size_t i = 0; i < links_.size(); ++i) angles.push_back(joints_[i].position);
    const Numbers speeds = joint_speeds(jacobian(links_, tool_, angles), twist_.velocities);
    for (size_t i = 0; i < links_.size(); ++i) joints_[i].position += speeds[i] * since_s;
  }

  // Tells of the joints from the last to the first: nothing promises an order.
  void broadcast() {
    if (quiet_) return;
    JointState state;
    const double now = wall_s();
    state.header.sec = static_cast<int32_t>(now);
    state.header.nanosec = static_cast<uint32_t>((now - state.header.sec) * 1e9);
    for (auto joint = joints_.rbegin(); joint != joints_.rend(); ++joint) {
      if (joint->name == mute_) continue;
      state.names.push_back(joint->name);
      state.positions.push_back(joint->position);
      state.velocities.push_back(0.0);
      state.efforts.push_back(0.0);
    }
    writer_->write(&state);
  }

  // Carries out what standard input asks for; false once it has ended.
  bool obey() {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (poll(&input, 1, 0) <= 0) return true;
    char bytes[256];
    const ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
    if (count <= 0) return false;
    asked_.append(bytes, static_cast<size_t>(count));
    for (size_t end; (end = asked_.find('\n')) != std::string::npos; asked_.erase(0, end + 1))
      carry_out(asked_.substr(0, end));
    return true;
  }

  void carry_out(const std::string& line) {
    std::istringstream words(line);
    std::string order;
    words >> order;
    if (order == "stall") {
      int ms = 0;
      words >> ms;
      std::this_thread::sleep_for(std::chrono::milliseconds(ms));
    } else if (order == "mute") {
      words >> mute_;
    } else if (order == "quiet") {
      words >> quiet_;
    } else if (order == "place") {
      std::string name;
      double position = 0.0;
      words >> name >> position;
      for (Joint& joint : joints_)
        if (joint.name == name) joint.position = position;
    }
    if (order == "report") {
      take();
      report();
    } else {
      std::printf("{}\n");
    }
    std::fflush(stdout);
  }

  void report() {
    Numbers positions;
    for (const Joint& joint : joints_) positions.push_back(joint.position);
    const Deliveries& delivered = controllers_.front().delivered;
    const Command& last = delivered.last;
    const double stamp_s = last.header.sec + last.header.nanosec / 1e9;
    std::printf(
        "{\"delivered\":%d,\"stale\":%d,\"expired\":%d,\"wrong\":%d,\"oldest_ms\":%.3f,\"positions\":%s,"
        "\"jaw\":%d,\"last\":{\"stamp\":%.9f,\"frame\":\"%s\",\"points\":%u,\"seconds\":%.9f,\"positions\":%s,\"velocities\":%s,"
        "\"last_velocities\":%s},\"writers\":%s}\n",
        delivered.count, delivered.stale, delivered.expired, delivered.wrong, delivered.oldest_s * 1e3,
        json(positions).c_str(), controllers_.back().delivered.count, stamp_s, last.header.frame.c_str(), last.points, last.seconds, json(last.positions).c_str(),
        json(last.velocities).c_str(), json(last.last_velocities).c_str(), discovery_.json().c_str());
    for (Controller& controller : controllers_) controller.delivered = Deliveries();
  }

  std::string mute_ = "-", asked_;
  int deadline_ms_, lifespan_ms_;
  bool quiet_ = false, durable_ = false, unreliable_ = false;
  std::vector<Joint> joints_;
  std::vector<Controller> controllers_;
  std::vector<Link> links_;
  Vector tool_{};
  Command twist_;
  double served_s_ = wall_s();
  Discovery discovery_;
  fast::WaitSet waiting_;
  fast::DomainParticipant* participant_ = nullptr;
  fast::DataWriter* writer_ = nullptr;
};

int main(int argc, char** argv) {
  if (argc < 7) {
    std::fprintf(stderr, "arm DOMAIN KIND TOPIC READER_DEADLINE_MS READER_LIFESPAN_MS WORD...\n");
    return 2;
  }
  Arm arm(argc, argv);
  std::printf("{}\n");
  std::fflush(stdout);
  arm.run();
}
