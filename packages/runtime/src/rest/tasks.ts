import type { TaskId } from '@penstock/core'
import { notFound } from './errors.ts'
import { secretsParameter } from './hidden-secrets.ts'
import type { RestRequest, Route } from './route.ts'
import { taskConfigToWire, taskStatusToWire } from './wire.ts'

/** The tasks of a connector: `/connectors/{connector}/tasks`. */
export const tasksRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/connectors/{connector}/tasks',
    summary: 'Ids and configs of the tasks of a connector.',
    query: secretsParameter,
    answers: { 200: 'TaskConfigs', 404: 'Error', 409: 'Error' },
    handle: async (request, { herder }) => {
      const tasks = [...(await herder.taskConfigs(request.param('connector')))].sort((a, b) => a.id.task - b.id.task)
      return { status: 200, body: tasks.map(taskConfigToWire) }
    },
  },
  {
    method: 'get',
    path: '/connectors/{connector}/tasks/{task}/status',
    summary: 'State of a task.',
    answers: { 200: 'TaskStatus', 404: 'Error' },
    handle: async (request, { herder }) => {
      const id = taskId(request)
      return { status: 200, body: taskStatusToWire(id.task, await herder.taskStatus(id)) }
    },
  },
  {
    method: 'post',
    path: '/connectors/{connector}/tasks/{task}/restart',
    summary: 'Restarts a task.',
    role: 'operate',
    answers: { 204: null, 404: 'Error', 409: 'Error' },
    handle: async (request, { herder }) => {
      await herder.restartTask(taskId(request))
      return { status: 204 }
    },
  },
]

/** A task that is no number is no resource. */
function taskId(request: RestRequest): TaskId {
  const text = request.param('task')
  if (!/^\d{1,9}$/.test(text)) throw notFound()
  return { connector: request.param('connector'), task: Number(text) }
}
