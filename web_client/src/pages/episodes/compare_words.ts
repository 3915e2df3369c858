/** The words of comparing two episodes. */
import { words } from "../../i18n";

export const t = words(
  {
    title: "Two episodes on one clock",
    aligned: "Aligned at",
    start: "Start of the turn",
    motion: "First motion",
    grasp: "First grasp",
    clock: "Time on the common clock",
    lane: "Sub-tasks of {name}",
    noJoints: "These arms have no joint of the same name.",
    unit: "Measured angles in rad, A and B at the same time of the common clock. Click a plot to go to that moment.",
    choose: "Compare with which episode?",
    noOther: "There is no other episode.",
    noOtherText: "Comparing takes two.",
    failed: "These episodes cannot be compared.",
    loading: "Reading both episodes…",
    backToOne: "Back to the episode",
  },
  {
    title: "同一时钟下的两条记录",
    aligned: "对齐于",
    start: "回合开始",
    motion: "首次运动",
    grasp: "首次抓取",
    clock: "共同时钟上的时间",
    lane: "{name} 的子任务",
    noJoints: "两台机械臂没有同名关节。",
    unit: "实测角度，单位为弧度；A 与 B 处于共同时钟的同一时刻。点击曲线可跳转到该时刻。",
    choose: "与哪条记录对比？",
    noOther: "没有其他记录。",
    noOtherText: "对比需要两条记录。",
    failed: "无法对比这两条记录。",
    loading: "正在读取两条记录……",
    backToOne: "返回记录",
  },
);
