/** Ready-made records: fields and ranges are those of the sets of the same names that users know. @module */
export interface Quickstart {
  readonly name: string
  readonly example: Readonly<Record<string, unknown>>
  readonly keyField: string
}

export const quickstartNames = ['users', 'orders', 'pageviews'] as const

export const quickstarts: Readonly<Record<(typeof quickstartNames)[number], Quickstart>> = {
  users: {
    name: 'ksql.users',
    keyField: 'userid',
    example: {
      registertime: '{{long 1487715775521 1519273364600}}',
      userid: '{{pattern User_[1-9]}}',
      regionid: '{{pattern Region_[1-9]}}',
      gender: '{{oneOf MALE,FEMALE,OTHER}}',
    },
  },
  orders: {
    name: 'ksql.orders',
    keyField: 'orderid',
    example: {
      ordertime: '{{long 1487715775521 1519273364600}}',
      orderid: '{{int32Sequence}}',
      itemid: '{{pattern Item_[1-9][0-9]{0,2}}}',
      orderunits: '{{double 0.1 10}}',
      address: {
        city: '{{pattern City_[1-9][0-9]?}}',
        state: '{{pattern State_[1-9][0-9]?}}',
        zipcode: '{{long 10000 99999}}',
      },
    },
  },
  pageviews: {
    name: 'ksql.pageviews',
    keyField: 'viewtime',
    example: {
      viewtime: '{{sequence 1 10}}',
      userid: '{{pattern User_[1-9]}}',
      pageid: '{{pattern Page_[1-9][0-9]?}}',
    },
  },
}
